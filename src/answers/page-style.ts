const minified = (css: string): string =>
  css
    .replace(/\n\s*/g, '')
    .replace(/(?<=[:;,{}]) | (?=\{)/g, '')
    .replaceAll(';}', '}')

/**
 * The style in the head of a page: colours and the upper part. It has to stay small, because the error's code must be
 * within the first 4,096 bytes of the page: one checker reads no further. The page fetches nothing: no fonts, no pictures.
 */
export const STYLE: string = minified(`
:root {color-scheme: light dark; --bg: #f4f6fb; --card: #fff; --ink: #182033; --soft: #4a566b; --line: #d4dae6; --accent: #4338b0; --sky: #dbe4f8}
@media (prefers-color-scheme: dark) {:root {--bg: #10141f; --card: #191f2e; --ink: #eef1f8; --soft: #b3bccd; --line: #39435b; --accent: #b9b6ff; --sky: #202942}}
* {box-sizing: border-box}
body {margin: 0; min-height: 100vh; background: linear-gradient(var(--sky), var(--bg) 24rem) no-repeat var(--bg); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere}
.cf-main-wrapper, .cf-footer {max-width: 62rem; margin: auto; padding: 0 clamp(1rem, 4vw, 2rem)}
.cf-header {display: grid; grid-template-columns: 1fr auto; column-gap: 3rem; align-items: center; padding: clamp(1.5rem, 6vw, 4rem) 0 2rem}
h1 {font-size: clamp(2.1rem, 7vw, 3.4rem); line-height: 1.1; letter-spacing: -.02em; margin: 0 0 .75rem}
.cf-code-label, .code-label {display: inline-block; padding: .15rem .8rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--card); color: var(--soft); font-size: 1rem; font-weight: 400; letter-spacing: 0; line-height: 1.6}
.cf-code-label span {font-weight: 700; color: var(--accent); white-space: nowrap}
.cf-error-description {margin-top: 1.25rem; font-size: 1.125rem; max-width: 34rem}
p, h2 {margin: 0 0 .5rem}
h2 {font-size: 1.125rem; line-height: 1.3}
`)

/** The rest of the style. It is inside the drawing, because only a drawing may contain styles in the body. */
export const LOWER_STYLE: string = minified(`
.hidden, [hidden] {display: none!important}
.heading-ray-id {font: .9rem/1.7 ui-monospace, Menlo, Consolas, monospace; color: var(--soft)}
h1 .heading-ray-id {display: block; letter-spacing: 0; margin-top: .4rem}
.cf-subheadline {font-size: clamp(1.3rem, 4vw, 1.8rem); margin-top: .6rem; order: 1}
.ray-line {color: var(--soft); margin: .8rem 0 0}
.ray-line span {font: 1em ui-monospace, Menlo, Consolas, monospace; color: var(--ink); -webkit-user-select: all; user-select: all}
#what-happened-section, .cf-columns {margin-bottom: 1rem}
.contact {color: var(--accent); font-weight: 600}
.cloud {grid-column: 2; grid-row: 1/9; width: 17rem; height: auto}
.puff {fill: var(--card); stroke: var(--line); stroke-width: 3}
.pen {fill: none; stroke: var(--soft); stroke-width: 4; stroke-linecap: round}
.cheek {fill: #f0a3b5; opacity: .6}
.metal {fill: var(--soft)}
.bar {fill: #fff; stroke: var(--line)}
.stripe {fill: #d23b5e}
.lamp {fill: #f2b632}
.cards {display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; margin-bottom: 1rem}
.card, .cf-expandable {background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem 1.4rem}
.card p, .card li {color: var(--soft)}
.card p:last-child {margin: 0}
.card h2:not(:first-child) {margin-top: 1.1rem}
.card strong, .cf-footer strong {color: var(--ink)}
ol, ul {margin: 0; padding-left: 1.3rem}
li {margin: .35rem 0}
li::marker {color: var(--accent); font-weight: 700}
.ray, .lines {font: .95rem/1.9 ui-monospace, Menlo, Consolas, monospace; background: var(--bg); border-radius: .6rem; padding: .7rem 1rem}
.card .ray {font-size: 1.2rem; line-height: 1.5; color: var(--ink); text-align: center; -webkit-user-select: all; user-select: all; margin: .8rem 0}
.cf-expandable {position: relative; padding: 0}
.cf-expandable-btn {display: block; padding: 1rem 1.4rem}
.cf-dropdown-title, .lines p, .cf-footer p {margin: 0}
.cf-dropdown-title {font-weight: 600}
#error-details-checkbox {-webkit-appearance: none; appearance: none; position: absolute; inset: 0 0 auto; height: 3.6rem; margin: 0; border-radius: .9rem; cursor: pointer}
#error-details-checkbox::after {content: ""; position: absolute; right: 1.5rem; top: 1.35rem; width: .6rem; height: .6rem; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(45deg); transition: transform .15s}
#error-details-checkbox:checked::after {top: 1.65rem; transform: rotate(225deg)}
:focus-visible {outline: 3px solid var(--accent); outline-offset: 2px}
#error-details {display: none; padding: 0 1.4rem 1.4rem}
#error-details-checkbox:checked ~ #error-details {display: block}
.cf-error-copy-description {display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center; min-height: 2.75rem; margin-bottom: .8rem; color: var(--soft)}
button {font: inherit; font-weight: 600; color: var(--accent); background: none; border: 1px solid var(--accent); border-radius: .6rem; padding: .5rem 1.1rem; min-width: 10rem; cursor: pointer}
.cf-footer-ip-reveal-btn {padding: .1rem .6rem; min-width: 0}
button:hover {background: var(--accent); color: var(--card)}
.cf-footer {padding-top: 1.5rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .9rem}
.cf-footer .made-by {display: flex; gap: clamp(.8rem, 4vw, 1.5rem); border-top: 1px solid var(--line); margin-top: .9rem; padding-top: .8rem}
.made-by span {flex-shrink: 3; min-width: 7.5rem}
.made-by .note {border-left: 1px solid var(--line); padding-left: clamp(.8rem, 4vw, 1.5rem); flex-shrink: 1}
.stations {display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .6rem; margin-bottom: 1rem; text-align: center}
.stations .card {padding: 1.1rem clamp(.2rem, 1.5vw, .6rem)}
.stations svg {display: block; overflow: visible; width: 3.5rem; margin: 0 auto .3rem}
.stations h2 {margin: 0; font-size: clamp(.9rem, 4vw, 1.125rem)}
.stations p {overflow: hidden; text-overflow: ellipsis; white-space: nowrap}
.stations .state {margin-top: .4rem; font-weight: 700; color: #1b6b3a}
.cf-error-source {box-shadow: inset 0 0 0 2px #d23b5e}
.cf-error-source .state {color: #b3264a!important}
@media (prefers-color-scheme: dark) {.stations .state {color: #7fd6a0}.cf-error-source .state {color: #ff9db3!important}}
@media (max-width: 44rem) {.cf-header {grid-template-columns: 1fr}.cloud {grid-area: 1/1; width: 11rem; margin: 0 0 1rem -.5rem}}
@media (prefers-reduced-motion: reduce) {* {transition: none!important}}
@media print {:root {--bg: #fff; --sky: #fff; --ink: #000; --soft: #333; --accent: #000; --line: #999; --card: #fff}.cloud, button, #error-details-checkbox {display: none}#error-details {display: block}}
`)
