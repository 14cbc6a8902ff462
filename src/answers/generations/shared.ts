import type { CatalogueEntry } from '../catalogue.ts'

const RATE_LIMITED = 1015

/** Of all 1xxx until 1020 got a page of its own. */
export const titleOf = ({ code, category, title }: CatalogueEntry): string =>
  category === 'access_denied' || code === RATE_LIMITED
    ? 'Access denied | {{host}} used Cloudflare to restrict access'
    : `${title} | {{host}} | Cloudflare`

export const ATTENTION_TITLE = 'Attention Required! | Cloudflare'

/** Real pages show it where cookies are off; ours need none, so that it stays hidden, for clients that look for it. */
export const COOKIE_ALERT =
  '<div class="cf-alert cf-alert-error cf-cookie-error" id="cookie-alert" data-translate="enable_cookies" hidden>Please enable cookies.</div>'
