import type { Parts } from '../page-parts.ts'
import { CLOUD, cause, details, english, helpCards } from '../page-parts.ts'
import { COOKIE_ALERT, titleOf } from './shared.ts'

/** All 1xxx errors until 2021. */
export const g1 = {
  title: ({ entry }: Parts): string => titleOf(entry),
  body: (parts: Parts): string => {
    const { entry } = parts
    return `<div id="cf-wrapper">
${COOKIE_ALERT}
<div id="cf-error-details" class="cf-error-details-wrapper cf-main-wrapper" role="main">
<div class="cf-wrapper cf-header cf-error-overview"${english(parts)}>
<h1>
<span class="cf-error-type" data-translate="error">Error</span>
<span class="cf-error-code">${entry.code}</span>
<small class="heading-ray-id">Ray ID: {{ray}} &bull; {{time}}</small>
</h1>
<h2 class="cf-subheadline" data-translate="error_desc">${entry.title}</h2>
${CLOUD}
</div>
<div class="cf-section cf-wrapper">
<div class="cf-columns two">
<div class="cf-column card">
<h2 data-translate="what_happened" lang="en">What happened?</h2>
${cause(parts)}
</div>
</div>
</div>
${helpCards(parts)}
${details(parts)}
</div>
</div>`
  },
}
