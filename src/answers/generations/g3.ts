import type { Parts } from '../page-parts.ts'
import { CLOUD, details, english, helpCards, rayLine } from '../page-parts.ts'

/** 1020 since 2023. */
export const g3 = {
  title: ({ entry }: Parts): string => entry.title,
  body: (parts: Parts): string => `<div class="cf-main-wrapper" role="main">
<div class="cf-header cf-section">
<div class="cf-error-title"${english(parts)}>
<h1>${parts.entry.title}</h1>
<span class="cf-code-label">Error code <span>${parts.entry.code}</span></span>
</div>
${rayLine(parts)}
<div class="cf-error-description">
<p>${parts.phrases.stopped}</p>
<p lang="en">The site owner may have set restrictions that prevent you from accessing the site.</p>
</div>
${CLOUD}
</div>
${helpCards(parts, { withCause: true })}
${details(parts)}
</div>`,
}
