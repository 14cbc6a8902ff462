/** The pages' own looks. Nothing is fetched: no fonts, no pictures. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1d2433;--soft:#4a5568;--line:#d9dee7;--accent:#b3470f;--puff:#dfe7f3;--post:#c9713b}
@media (prefers-color-scheme:dark){:root{--bg:#11151d;--card:#1a202c;--ink:#edf1f7;--soft:#b4bfd0;--line:#364153;--accent:#ffb07c;--puff:#2b374b;--post:#c9713b}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}
.cf-main-wrapper{max-width:46rem;margin:0 auto;padding:clamp(1rem,5vw,3.5rem) clamp(1rem,4vw,2rem)}
.cf-section{margin:0 0 1.5rem}
.cf-header{display:flex;flex-direction:column}
.cloud{order:-1;width:min(9.5rem,40vw);margin:0 0 1rem -.6rem}
.puff{fill:var(--puff)}.rail{stroke:var(--post);stroke-width:6;fill:none}.post{fill:var(--post)}
.cf-error-title{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1rem}
h1{font-size:clamp(1.9rem,6vw,2.8rem);line-height:1.15;margin:0}
.cf-code-label{color:var(--soft);font-size:1rem}
.cf-code-label span{font-variant-numeric:tabular-nums;font-weight:700;color:var(--accent)}
.cf-error-description{font-size:1.1rem;margin-top:1rem}
.cf-error-description p{margin:.4rem 0}
.help{border-top:1px solid var(--line);padding-top:1.2rem}
h2{font-size:1.1rem;margin:1rem 0 .4rem}
.help h2:first-child{margin-top:0}
ol{margin:0;padding-left:1.4rem}li{margin:.3rem 0}
.help p{margin:.2rem 0;color:var(--soft)}.help p strong{color:var(--ink)}
.cf-details-wrapper .cf-section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow:hidden}
.hidden{position:absolute;opacity:0;width:1px;height:1px}
.cf-expandable-btn{display:flex;justify-content:space-between;align-items:center;padding:.9rem 1.1rem;cursor:pointer}
.cf-dropdown-title{margin:0;font-weight:600}
.cf-caret{width:.6rem;height:.6rem;border-right:2px solid;border-bottom:2px solid;transform:translateY(-.15rem) rotate(45deg);transition:transform .15s}
.hidden:focus-visible+.cf-expandable-btn,button:focus-visible{outline:3px solid var(--accent);outline-offset:-3px}
.cf-expandable-error-info{display:none;padding:0 1.1rem 1.1rem}
.hidden:checked~.cf-expandable-error-info{display:block}
.hidden:checked+.cf-expandable-btn .cf-caret{transform:translateY(.15rem) rotate(225deg)}
.open{padding:.6rem 1.1rem}
.cf-error-copy-description{display:flex;flex-wrap:wrap;gap:.5rem 1rem;justify-content:space-between;align-items:center;margin-bottom:.6rem}
.cf-error-copy-description p{margin:0;color:var(--soft)}
button{font:inherit;font-weight:600;color:var(--ink);background:none;border:1px solid var(--soft);border-radius:.5rem;padding:.4rem .9rem;min-height:2.75rem;cursor:pointer}
button:hover{border-color:var(--accent);color:var(--accent)}
.cf-error-details-endpoint p{display:flex;flex-wrap:wrap;gap:0 1rem;margin:0;padding:.35rem 0;border-top:1px solid var(--line)}
.cf-error-details-endpoint p:first-child{border-top:0}
.k{flex:0 0 7.5rem;color:var(--soft)}
.v{font-family:ui-monospace,monospace;font-size:.95rem}
.cf-footer{color:var(--soft);font-size:.9rem}
.cf-footer p{margin:.2rem 0}.cf-footer strong{font-weight:600;color:var(--ink)}
.note{margin-top:.8rem!important;display:inline-block;border:1px dashed var(--soft);border-radius:.5rem;padding:.2rem .7rem}
@media (prefers-reduced-motion:reduce){.cf-caret{transition:none}}
@media print{body{background:#fff;color:#000}.cloud,button,.cf-caret{display:none}.cf-expandable-error-info{display:block}.cf-details-wrapper .cf-section{border-color:#999}}
`
  .replaceAll('\n', '')
  .replaceAll(';}', '}')
  .trim()

/** Copies the lines of the details. Allowed by its hash in the page's Content-Security-Policy. */
export const COPY_SCRIPT = `(function(){var b=document.getElementById('click-to-copy-btn'),l=document.getElementById('copy-label');if(!b||!navigator.clipboard){if(b)b.hidden=true;return}b.addEventListener('click',function(){var t=[].map.call(document.querySelectorAll('.cf-error-details-endpoint p'),function(p){return p.textContent.replace(/\\s+/g,' ').trim()});t.push('Host: '+location.host);navigator.clipboard.writeText(t.join('\\n')).then(function(){l.textContent='Copied';setTimeout(function(){l.textContent='Click to copy'},2000)})})})()`

/** SHA-256 of COPY_SCRIPT, base64; a test compares it. */
export const COPY_SCRIPT_HASH = '1ZS5ujl2pwEZqHmz1gV/Ml2yT0hGREtn3bZFL+2lfTI='
