import type { AnswerOptions, RefusalFacts } from './answer.ts'
import type { CatalogueEntry } from './catalogue.ts'

type Optional = NonNullable<AnswerOptions['headers']>

const COOKIE_MINUTES = 30
const MS_PER_MINUTE = 60_000
const COOKIE_BYTES = 64
const NEL_SECONDS = 604_800
const ALT_SVC_SECONDS = 86_400

const base64Url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** `__cf_bm` in the form of bot products: opaque, for half an hour, for the whole host. */
const botCookie = ({ timeMs, host }: RefusalFacts): string => {
  const value = base64Url(crypto.getRandomValues(new Uint8Array(COOKIE_BYTES)))
  const expires = new Date(timeMs + COOKIE_MINUTES * MS_PER_MINUTE).toUTCString()
  const domain = /^[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}$/i.exec(host.replace(/:\d*$/, ''))?.[0]
  return [
    `__cf_bm=${value}-${Math.floor(timeMs / 1_000)}-1.0.1.1`,
    'path=/',
    `expires=${expires}`,
    ...(domain === undefined ? [] : [`domain=.${domain}`]),
    'HttpOnly',
    'Secure',
    'SameSite=None',
  ].join('; ')
}

/** Adds the headers that only some zones have, if their options ask for them. */
export const addOptional = (
  headers: Record<string, string>,
  { cookie, nel, altSvc, vary, errorType }: Optional,
  entry: CatalogueEntry,
  facts: RefusalFacts
): void => {
  if (vary) headers.Vary = 'Accept-Encoding'
  if (cookie) headers['Set-Cookie'] = botCookie(facts)
  if (nel) {
    // The real header names Cloudflare's collector. This one names the host itself, so that no visitor's browser reports to
    // a third party.
    headers['Report-To'] = JSON.stringify({
      endpoints: [{ url: '/cdn-cgi/nel' }],
      group: 'cf-nel',
      max_age: NEL_SECONDS,
    })
    headers.NEL = JSON.stringify({ success_fraction: 0, report_to: 'cf-nel', max_age: NEL_SECONDS })
  }
  if (altSvc) headers['alt-svc'] = `h3=":443"; ma=${ALT_SVC_SECONDS}`
  if (errorType) headers['cf-error-type'] = entry.code >= 1_000 ? 'edge' : 'origin'
}
