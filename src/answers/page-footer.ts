import type { Generation } from './answer.ts'
import type { Parts } from './page-parts.ts'

const SEPARATOR = '<span class="cf-footer-separator">&bull;</span>'
const BRAND =
  '<span class="cf-footer-item"><span>Performance &amp; security by</span> <a id="brand_link">Cloudflare</a></span>'
const PLAIN_BRAND = '<span class="cf-footer-item">Performance &amp; security by Cloudflare</span>'
const RAY =
  '<span class="cf-footer-item">Cloudflare Ray ID: <strong class="font-semibold">{{ray}}</strong></span>'
const IP = '<span class="cf-footer-item">Your IP: {{ip}}</span>'
/** Only the script shows it, as on the real page. */
const HIDDEN_IP =
  '<span id="cf-footer-item-ip" class="cf-footer-item hidden">Your IP: <button type="button" id="cf-footer-ip-reveal" class="cf-footer-ip-reveal-btn">Click to reveal</button> <span class="hidden" id="cf-footer-ip">{{ip}}</span></span>'

/** Each item on its own line, as on real pages: public recognisers read up to the last closing tag of a line. */
const LINES: Record<Generation | 'origin', (code: number) => string> = {
  g1: () => [RAY.replace(' class="font-semibold"', ''), IP].join(`\n${SEPARATOR}\n`),
  g2: () => [RAY, HIDDEN_IP].join(`\n${SEPARATOR}\n`),
  g3: (code) => `<span class="cf-footer-item">Error ${code}</span>\n${SEPARATOR}\n${RAY}`,
  waf: () => [RAY.replace(' class="font-semibold"', ''), IP].join(`\n${SEPARATOR}\n`),
  union: (code) =>
    [`<span class="cf-footer-item">Error ${code}</span>`, RAY, HIDDEN_IP].join(`\n${SEPARATOR}\n`),
  origin: (code) => `<span class="cf-footer-item">Error ${code}</span>\n${SEPARATOR}\n${RAY}`,
}

/** People are told to look for "Error 1020", so the source contains it even if the page shows no number, or splits it. */
const inSource = (generation: Generation | 'origin', code: number) =>
  LINES[generation](code).includes(`Error ${code}`)
    ? ''
    : `<!-- Error ${code} errorCode:${code} -->\n`

const classOf = (generation: Generation | 'origin') =>
  generation === 'g3' || generation === 'origin' || generation === 'union'
    ? 'cf-footer cf-section cf-error-footer cf-wrapper'
    : 'cf-error-footer cf-wrapper cf-footer'

export const footer = (
  { entry: { code }, phrases }: Parts,
  generation: Generation | 'origin',
  emulated: boolean
): string => `<div class="${classOf(generation)}" role="contentinfo">
<p lang="en">
${LINES[generation](code)}
</p>
<p class="made-by">
<span lang="en">${generation === 'g3' || generation === 'origin' ? PLAIN_BRAND : BRAND}</span>
${emulated ? `<span class="note">${phrases.emulated}</span>\n` : ''}</p>
${inSource(generation, code)}</div>`
