import type { CatalogueEntry } from '../catalogue.ts'

const RATE_LIMITED = 1015

/** The title of all 1xxx errors, until 1020 got its own page. */
export const titleOf = ({ code, category, title }: CatalogueEntry): string =>
  category === 'access_denied' || code === RATE_LIMITED
    ? 'Access denied | {{host}} used Cloudflare to restrict access'
    : `${title} | {{host}} | Cloudflare`

export const ATTENTION_TITLE = 'Attention Required! | Cloudflare'

/** Real pages show it if cookies are off. Ours need no cookies, so it stays hidden, for clients that look for it. */
export const COOKIE_ALERT =
  '<div class="cf-alert cf-alert-error cf-cookie-error" id="cookie-alert" data-translate="enable_cookies" hidden>Please enable cookies.</div>'
