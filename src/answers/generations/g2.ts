import type { Parts } from '../page-parts.ts'
import { CLOUD, cause, details, english, helpCards } from '../page-parts.ts'
import { COOKIE_ALERT, titleOf } from './shared.ts'

/** Since late 2021, every 1xxx error except 1020. */
export const g2 = {
  title: ({ entry }: Parts): string => titleOf(entry),
  body: (parts: Parts): string => {
    const { entry } = parts
    return `<div id="cf-wrapper">
${COOKIE_ALERT}
<div id="cf-error-details" class="p-0 cf-main-wrapper" role="main">
<header class="cf-header" role="none"${english(parts)}>
<h1>
<span class="inline-block" data-translate="error">Error</span>
<span>${entry.code}</span>
</h1>
<span class="heading-ray-id">Ray ID: {{ray}} &bull;</span>
<span class="heading-ray-id">{{time}}</span>
<h2 class="cf-subheadline">${entry.title}</h2>
${CLOUD}
</header>
<section>
<div id="what-happened-section" class="card">
<h2 data-translate="what_happened" lang="en">What happened?</h2>
${cause(parts)}
</div>
</section>
${helpCards(parts)}
${details(parts)}
</div>
</div>`
  },
}
