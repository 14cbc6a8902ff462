/**
 * Shows the button that copies the details, and copies them. Where the page has no clipboard (it came over plain HTTP) the
 * lines are selected, and copied the old way. Without scripts the button stays hidden and the lines can be selected by hand.
 */
export const COPY_SCRIPT: string = [
  "(function(d){var b=d.getElementById('click-to-copy-btn'),l=d.getElementById('copy-label'),t=d.getElementById('error-lines'),w=l.textContent;",
  'function say(s){l.textContent=s;setTimeout(function(){l.textContent=w},2500)}',
  "function done(){say('Copied')}",
  'function select(){var r=d.createRange(),s=getSelection();r.selectNodeContents(t);s.removeAllRanges();s.addRange(r);',
  "if(d.execCommand('copy'))done();else say('Selected')}",
  "b.onclick=function(){var s=[].map.call(t.children,function(p){return p.textContent}).join('\\n'),c=navigator.clipboard;",
  'if(c)c.writeText(s).then(done,select);else select()};',
  'b.hidden=false})(document)',
].join('')
