import type { CatalogueEntry } from './catalogue.ts'
import type { Parts } from './page-parts.ts'
import { details, english, rayLine } from './page-parts.ts'
import { LOWER_STYLE } from './page-style.ts'

type Hop = NonNullable<CatalogueEntry['failed']>

/** The three hops of a request, from the visitor to the origin, with the ids of Cloudflare's pages about origins. */
const HOPS: readonly {
  readonly hop: Hop
  readonly id: string
  readonly name: string
  readonly where: string
  readonly drawing: string
}[] = [
  {
    hop: 'browser',
    id: 'cf-browser-status',
    name: 'Browser',
    where: 'You',
    drawing: '<path class="pen" d="M6 10h44v34H6zM6 20h44M12 15h2M19 15h2"/>',
  },
  {
    hop: 'edge',
    id: 'cf-cloudflare-status',
    name: 'Edge',
    where: '{{place}}',
    drawing: '<path class="pen" d="M17 44a11 11 0 0 1-1-22 15 15 0 0 1 29-2 12 12 0 0 1-2 24z"/>',
  },
  {
    hop: 'host',
    id: 'cf-host-status',
    name: 'Host',
    where: '{{host}}',
    drawing:
      '<path class="pen" d="M10 8h36v12H10zM10 22h36v12H10zM10 36h36v12H10zM17 14h2M17 28h2M17 42h2"/>',
  },
]

const hopCards = (failed: Hop | undefined): string =>
  HOPS.map(({ hop, id, name, where, drawing }) => {
    const works = hop !== failed
    return `<div id="${id}" class="card${works ? '' : ' cf-error-source'}">
<svg viewBox="0 0 56 56" aria-hidden="true" focusable="false">${drawing}</svg>
<h2>${name}</h2>
<p>${where}</p>
<p class="state">${works ? 'Working' : 'Error'}</p>
</div>`
  }).join('\n')

/** The page about an error of the origin: the event, and its hop. */
export const originErrorPage = {
  title: ({ entry: { code, title } }: Parts): string => `{{host}} | ${code}: ${title}`,
  body: (parts: Parts): string => {
    const { entry, texts, phrases } = parts
    return `<div id="cf-wrapper">
<div id="cf-error-details" class="cf-main-wrapper" role="main">
<div class="cf-header"${english(parts)}>
<h1>
<span class="inline-block">${entry.title}</span>
<span class="code-label">Error code ${entry.code}</span>
</h1>
${rayLine(parts)}
<svg width="0" height="0" aria-hidden="true" focusable="false"><style>${LOWER_STYLE}</style></svg>
</div>
<div class="stations"${english(parts)}>
${hopCards(entry.failed)}
</div>
<div class="cards">
<div class="card">
<h2${english(parts)}>What happened?</h2>
<p>${texts.happened}</p>
</div>
<div class="card">
<h2${english(parts)}>What can I do?</h2>
<p><strong>${phrases.asVisitor}</strong> ${texts.visitor.join(' ')}</p>
<p><strong>${phrases.asOwner}</strong> ${texts.owner}</p>
</div>
</div>
${details(parts)}
</div>
</div>`
  },
}
