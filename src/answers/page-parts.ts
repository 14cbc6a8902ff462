import type { CatalogueEntry } from './catalogue.ts'
import { LOWER_STYLE } from './page-style.ts'
import type { Phrases, Texts } from './phrases.ts'

/** The parts of a page. Each may have slots: host, ray, country, place, ip, asn, time. */
export interface Parts {
  readonly entry: CatalogueEntry
  readonly texts: Texts
  readonly phrases: Phrases
  /** The owner's address for visitors, escaped, with slots; '' if the owner gave none. */
  readonly contact: string
}

/** Marks elements that stay English. On an English page they are as in the real one. */
export const english = ({ phrases: { language } }: Parts): string =>
  language === 'en' ? '' : ' lang="en"'

/**
 * The Ray ID under the heading, for pages whose real form has it only at the end: on a phone that is two screens further
 * down.
 */
export const rayLine = (parts: Parts): string =>
  `<p class="ray-line"${english(parts)}>Ray ID: <span>{{ray}}</span></p>`

/** Our own drawing: a sleeping cloud behind a closed barrier. */
export const CLOUD = `<svg class="cloud" viewBox="0 0 260 172" aria-hidden="true" focusable="false"><style>${LOWER_STYLE}</style>
<path class="puff" d="M80 134a37 37 0 0 1-5-73.6A53 53 0 0 1 176 47a44 44 0 0 1 23 87z"/>
<path class="pen" d="M106 82q7 7 14 0M150 82q7 7 14 0M129 99q6-4 12 0"/>
<circle class="cheek" cx="101" cy="96" r="7"/><circle class="cheek" cx="169" cy="96" r="7"/>
<rect class="metal" x="34" y="104" width="18" height="60" rx="4"/><rect class="metal" x="234" y="128" width="7" height="36" rx="3"/>
<circle class="lamp" cx="43" cy="100" r="7"/>
<rect class="bar" x="40" y="114" width="212" height="18" rx="5"/>
<path class="stripe" d="M66 114.5h18l-10 17H56zM104 114.5h18l-10 17H94zM142 114.5h18l-10 17h-18zM180 114.5h18l-10 17h-18zM218 114.5h18l-10 17h-18z"/>
<path class="pen" d="M10 166h240"/>
</svg>`

/** Attempts for the visitor, cheapest first. */
export const steps = ({ texts }: Parts): string =>
  `<ol>
${texts.visitor.map((step) => `<li>${step}</li>`).join('\n')}
</ol>`

const happened = ({ texts, phrases }: Parts): string => `<h2>${phrases.happenedTitle}</h2>
<p>${texts.happened}</p>
`

/** The facts to send, and their addressee. */
export const sendCard = ({ texts, phrases, contact }: Parts): string => `<div class="card">
<h2>${phrases.sendTitle}</h2>
<p>${texts.owner}</p>
<p class="ray">{{ray}}</p>
<p>${phrases.sendHow}</p>${contact === '' ? '' : `\n<p><a class="contact" href="${contact}">${phrases.contact}</a></p>`}
</div>`

/**
 * Attempts, facts to send and their addressee: the part for a person. It begins with the cause if the page has no other
 * place for it.
 */
export const helpCards = (parts: Parts, { withCause = false } = {}): string => `<div class="cards">
<div class="card">
${withCause ? happened(parts) : ''}<h2>${parts.phrases.tryTitle}</h2>
${steps(parts)}
</div>
${sendCard(parts)}
</div>`

/** The sentence of real pages that clients match, and its meaning. */
export const cause = ({ entry: { marker }, texts }: Parts): string =>
  `${marker === undefined ? '' : `<p lang="en">${marker}</p>\n`}<p>${texts.happened}</p>`

/** Lines that visitors copy and send to owners: they stay English. */
const detailLines = (code: number | undefined): string =>
  [
    ...(code === undefined ? [] : [`Error code: ${code}`]),
    'Ray ID: {{ray}}',
    'Country: {{country}}',
    'Data center: {{place}}',
    'IP: {{ip}}',
    'Timestamp: {{time}}',
    'Host: {{host}}',
  ]
    .map((line) => `<p>${line}</p>`)
    .join('\n')

/** The label comes first, as on the real page. The checkbox is laid over it, so that it shows its own focus. */
export const details = (parts: Parts, { number = true }: { number?: boolean } = {}): string => {
  const { entry, phrases } = parts
  return `<div class="cf-details-wrapper">
<div class="cf-section" role="region" aria-labelledby="error-details-checkbox">
<div id="cf-details-wrapper-expandable" class="cf-expandable">
<label class="cf-expandable-btn" for="error-details-checkbox"${english(parts)}><p class="cf-dropdown-title">Error details</p></label>
<input id="error-details-checkbox" type="checkbox" aria-controls="error-details">
<div id="error-details">
<div class="cf-error-copy-description">${phrases.detailsHow}
<button id="click-to-copy-btn" class="cf-click-to-copy-btn" type="button" data-copied="${phrases.copied}" data-selected="${phrases.selected}" hidden><span id="copy-label" aria-live="polite">${phrases.copy}</span></button></div>
<div id="error-lines" class="lines" lang="en" dir="ltr">
${detailLines(number ? entry.code : undefined)}
</div>
</div>
</div>
</div>
</div>`
}
