/**
 * Shows the button that copies the details, and copies them. If the page has no clipboard (over plain HTTP), the script
 * selects the lines and copies them with the older command. Without scripts the button stays hidden, and visitors can
 * select the lines by hand. The footer of `g2` shows the visitor's address on demand, as on the real page.
 */
export const COPY_SCRIPT: string = [
  '(function(d){function e(i){return d.getElementById(i)}',
  "var b=e('click-to-copy-btn'),l=e('copy-label'),t=e('error-lines'),w=l.textContent,i=e('cf-footer-item-ip');",
  'function say(s){l.textContent=s;setTimeout(function(){l.textContent=w},2500)}',
  'function done(){say(b.dataset.copied)}',
  'function select(){var r=d.createRange(),s=getSelection();r.selectNodeContents(t);s.removeAllRanges();s.addRange(r);',
  "if(d.execCommand('copy'))done();else say(b.dataset.selected)}",
  "b.onclick=function(){var s=[].map.call(t.children,function(p){return p.textContent}).join('\\n'),c=navigator.clipboard;",
  'if(c)c.writeText(s).then(done,select);else select()};',
  'b.hidden=false;',
  "if(i){i.classList.remove('hidden');e('cf-footer-ip-reveal').onclick=function(){this.hidden=true;e('cf-footer-ip').classList.remove('hidden')}}",
  '})(document)',
].join('')
