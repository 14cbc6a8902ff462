import type { Parts } from '../page-parts.ts'
import { CLOUD, details, english, rayLine, sendCard, steps } from '../page-parts.ts'
import { ATTENTION_TITLE, COOKIE_ALERT } from './shared.ts'

/** The page of today's WAF custom rules: it shows no number. */
export const waf = {
  title: (): string => ATTENTION_TITLE,
  body: (parts: Parts): string => `<div id="cf-wrapper">
${COOKIE_ALERT}
<div id="cf-error-details" class="cf-error-details-wrapper cf-main-wrapper" role="main">
<div class="cf-wrapper cf-header cf-error-overview"${english(parts)}>
<h1 data-translate="block_headline">Sorry, you have been blocked</h1>
<h2 class="cf-subheadline"><span data-translate="unable_to_access">You are unable to access</span> {{host}}</h2>
${rayLine(parts)}
${CLOUD}
</div>
<div class="cf-section cf-wrapper">
<div class="cf-columns two cards">
<div class="cf-column card">
<h2 data-translate="blocked_why_headline" lang="en">Why have I been blocked?</h2>
<p>${parts.texts.happened}</p>
</div>
<div class="cf-column card">
<h2 data-translate="blocked_resolve_headline" lang="en">What can I do to resolve this?</h2>
${steps(parts)}
</div>
</div>
</div>
<div class="cards">
${sendCard(parts)}
</div>
${details(parts, { number: false })}
</div>
</div>`,
}
