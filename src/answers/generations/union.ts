import type { Parts } from '../page-parts.ts'
import { CLOUD, cause, details, english, helpCards, rayLine } from '../page-parts.ts'
import { ATTENTION_TITLE, COOKIE_ALERT, titleOf } from './shared.ts'

/**
 * A document has one title, which browsers take from its head; clients that search the text also find the titles of
 * drawings.
 */
const otherTitles = (parts: Parts): string =>
  [ATTENTION_TITLE, titleOf(parts.entry)]
    .map(
      (title) =>
        `<svg width="0" height="0" aria-hidden="true" focusable="false"><title>${title}</title></svg>`
    )
    .join('')

/** The marks of all generations on one page: clients of any age recognise it. */
export const union = {
  title: ({ entry }: Parts): string => entry.title,
  body: (parts: Parts): string => {
    const { entry, phrases } = parts
    return `<div id="cf-wrapper">
<div class="cf-main-wrapper" role="main">
<div id="cf-error-details" class="cf-error-details-wrapper">
<div class="cf-wrapper cf-header cf-section cf-error-overview">
<div class="cf-error-title"${english(parts)}>
<h1>${entry.title}</h1>
<span class="cf-code-label">Error code <span>${entry.code}</span></span>
</div>
${rayLine(parts)}
<div class="cf-error-description">
<p>${phrases.stopped}</p>
<p lang="en">The site owner may have set restrictions that prevent you from accessing the site.</p>
</div>
${CLOUD}
</div>
</div>
${COOKIE_ALERT}
<div id="what-happened-section" class="cf-section cf-wrapper card">
<p${english(parts)}>
<span class="cf-error-type" data-translate="error">Error</span>
<span class="cf-error-code">${entry.code}</span>
<small class="heading-ray-id">Ray ID: {{ray}} &bull; {{time}}</small>
</p>
<h2 class="cf-subheadline" data-translate="error_desc"${english(parts)}>${entry.title}</h2>
${cause(parts)}
<p${english(parts)}>
<span data-translate="block_headline">Sorry, you have been blocked</span>.
<span data-translate="unable_to_access">You are unable to access</span> {{host}}
</p>
</div>
${helpCards(parts)}
${details(parts)}
${otherTitles(parts)}
</div>
</div>`
  },
}
