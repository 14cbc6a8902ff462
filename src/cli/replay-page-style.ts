/** Style sheet of the report, for light and dark mode and all widths from phones up. */
export const REPLAY_STYLE = `
:root{--bg:#f6f7fb;--card:#fff;--ink:#1a2233;--soft:#59647a;--line:#d9deea;--bar:#6d7fb3;--hard:#c22f4a;--mild:#a86500;--open:#1c7f57}
@media (prefers-color-scheme:dark){:root{--bg:#10141f;--card:#191f2e;--ink:#eef1f8;--soft:#aab4c8;--line:#333d54;--bar:#8fa2dc;--hard:#ff8199;--mild:#f2b04c;--open:#6fd3a4}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1100px;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1.15rem;margin:0 0 .75rem}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;margin-top:1rem}
.facts{margin:0 0 1rem;color:var(--soft)}
.facts div{display:flex;gap:.75rem}
.facts dt{flex:0 0 4rem}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
strong{color:var(--hard)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.75rem 1rem}
.tile dt{color:var(--soft)}
.tile dd:nth-of-type(1){font-size:1.5rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.tile.hard dd:nth-of-type(1){color:var(--hard)}
.tile.mild dd:nth-of-type(1){color:var(--mild)}
.tile.open dd:nth-of-type(1){color:var(--open)}
.soft,small{color:var(--soft)}
small{font-weight:400;font-size:.85em}
figure{margin:0 0 1.25rem}
figure:last-child{margin-bottom:0}
figcaption{font-weight:600;margin-bottom:.25rem}
figcaption span,.span{color:var(--soft);font-weight:400;font-size:.85em}
.time svg{display:block;width:100%;height:90px;border-bottom:1px solid var(--line);fill:var(--bar)}
.time.refused svg,.time.newlyRefused svg{fill:var(--hard)}
.time.newlyPassed svg{fill:var(--open)}
.span{display:flex;justify-content:space-between;gap:1rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 2rem;margin:1rem 0;align-items:start}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:.25rem}
th,td{text-align:left;font-weight:400;padding:.3rem .5rem .3rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
thead th{color:var(--soft);font-size:.85em;border-top:0}
.n{text-align:right;padding-right:0;padding-left:.75rem;white-space:nowrap}
.bar{display:block;width:100%;height:4px;margin-top:.2rem;fill:var(--bar)}
#newly-blocked .bar,#refused .bar{fill:var(--hard)}
#newly-challenged .bar{fill:var(--mild)}
#newly-passed .bar{fill:var(--open)}
code{font:.9em/1.4 ui-monospace,monospace}
details{margin-top:.5rem}
summary{cursor:pointer;font-weight:600}
.examples{padding-left:1.5rem;margin:.5rem 0 0}
.examples li{margin-bottom:.75rem;overflow-wrap:anywhere}
.examples p{margin:0}
@media print{details{display:block}body{background:#fff}}
`
