import type { CatalogueEntry } from './catalogue.ts'
import { LOWER_STYLE } from './page-style.ts'

/** Our own drawing: a cloud that dozes behind a closed barrier. */
const CLOUD = `<svg class="cloud" viewBox="0 0 260 172" aria-hidden="true" focusable="false"><style>${LOWER_STYLE}</style>
<path class="puff" d="M80 134a37 37 0 0 1-5-73.6A53 53 0 0 1 176 47a44 44 0 0 1 23 87z"/>
<path class="pen" d="M106 82q7 7 14 0M150 82q7 7 14 0M129 99q6-4 12 0"/>
<circle class="cheek" cx="101" cy="96" r="7"/><circle class="cheek" cx="169" cy="96" r="7"/>
<rect class="metal" x="34" y="104" width="18" height="60" rx="4"/><rect class="metal" x="234" y="128" width="7" height="36" rx="3"/>
<circle class="lamp" cx="43" cy="100" r="7"/>
<rect class="bar" x="40" y="114" width="212" height="18" rx="5"/>
<path class="stripe" d="M66 114.5h18l-10 17H56zM104 114.5h18l-10 17H94zM142 114.5h18l-10 17h-18zM180 114.5h18l-10 17h-18zM218 114.5h18l-10 17h-18z"/>
<path class="pen" d="M10 166h240"/>
</svg>`

/** Error 1020 since 2023 ("g3"). */
export const deniedBody = (
  { code, title, happened, visitor, owner }: CatalogueEntry,
  details: string
): string => `<div class="cf-main-wrapper" role="main">
<div class="cf-header cf-section">
<div class="cf-error-title">
<h1>${title}</h1>
<span class="cf-code-label">Error code <span>${code}</span></span>
</div>
<div class="cf-error-description">
<p>Your request was stopped on its way to this site.</p>
<p>The site owner may have set restrictions that prevent you from accessing the site.</p>
</div>
${CLOUD}
</div>
<div class="cards">
<div class="card">
<h2>What happened</h2>
<p>${happened}</p>
<h2>What you can try, cheapest first</h2>
<ol>
${visitor.map((step) => `<li>${step}</li>`).join('\n')}
</ol>
</div>
<div class="card">
<h2>What to send the owner</h2>
<p>${owner}</p>
<p class="ray">{{ray}}</p>
<p>Write to whoever runs <strong>{{host}}</strong> and say what you were doing. The details below hold the time and the rest; nothing in them is secret, but your address is among them.</p>
</div>
</div>
${details}
</div>`
