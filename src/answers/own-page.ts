import { EdgeError } from '../error.ts'
import { Recent } from '../recent.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { byteLength, Template } from './template.ts'

/** Cloudflare's limit for custom error pages: 1.5 MB. */
const MAX_BYTES = 1_500_000
const TOKEN = /::([A-Z][A-Z\d_]+)::/g
const BOX_1XXX = 'CLOUDFLARE_ERROR_1000S_BOX'
const BOX_5XX = 'CLOUDFLARE_ERROR_500S_BOX'
const FIRST_1XXX = 1_000
/** A page can be large, and requests can have any code. */
const MAX_CODES_KEPT = 8

/** Tokens for one value, as slots. */
const VALUES: Readonly<Record<string, string>> = {
  RAY_ID: '{{ray}}',
  CLIENT_IP: '{{ip}}',
  GEO: '{{country}}',
}
/** Tokens of challenge pages; a refusal has no value for them. */
const OF_CHALLENGES = ['CAPTCHA_BOX', 'IM_UNDER_ATTACK_BOX']
const KNOWN = [...Object.keys(VALUES), BOX_1XXX, BOX_5XX]

/** The owner's own page: a template with Cloudflare's tokens, checked at load. */
export interface OwnPage {
  /** For messages: the file. */
  readonly name: string
  /** The page for a code. Slots: ray, ip, country, host, time. */
  template(entry: CatalogueEntry): Template
}

/** Cloudflare's part of an owner's page: the title, and the facts to send to the owner. */
const box = ({
  code,
  title,
}: CatalogueEntry): string => `<div class="cf-error-details cf-error-${code}">
<h1>${title}</h1>
<ul class="cferror_details">
<li>Ray ID: {{ray}}</li>
<li>Timestamp: {{time}}</li>
<li>Your IP address: {{ip}}</li>
<li class="XXX_no_wrap_overflow_hidden">Requested host: {{host}}</li>
<li>Error reference number: ${code}</li>
</ul>
</div>`

const placeOf = (text: string, index: number) => {
  const before = text.slice(0, index)
  const line = before.split('\n').length
  return `${line}:${index - before.lastIndexOf('\n')}`
}

const problem = (message: string) => new EdgeError('invalid_page', message)

/** Owners' texts can contain braces, so a slot is a mark that no page contains. */
const OWN_SLOT = /\0([a-z]+)\0/
const asOwnSlots = (text: string) => text.replace(/\{\{([a-z]+)\}\}/g, '\0$1\0')

/**
 * Reads an owner's own page. Its tokens are Cloudflare's: `::RAY_ID::`, `::CLIENT_IP::`, `::GEO::`, and a box with the
 * facts of the error. Every page needs one box.
 *
 * @throws EdgeError `invalid_page` naming file, line and expectation
 * @see https://developers.cloudflare.com/rules/custom-errors/reference/error-tokens/
 * @example readOwnPage({ file: 'blocked.html', text: '<h1>Sorry</h1>::CLOUDFLARE_ERROR_1000S_BOX::' })
 */
export const readOwnPage = ({ file, text }: { file: string; text: string }): OwnPage => {
  const bytes = byteLength(text)
  if (bytes > MAX_BYTES) {
    throw problem(`${file}: ${bytes} bytes: expected at most ${MAX_BYTES} (1.5 MB)`)
  }
  const tokens = [...text.matchAll(TOKEN)]
  for (const { 0: token, 1: name = '', index } of tokens) {
    if (KNOWN.includes(name)) continue
    const expected = `expected one of ${KNOWN.map((known) => `::${known}::`).join(' ')}`
    const reason = OF_CHALLENGES.includes(name)
      ? 'belongs to pages of challenges'
      : 'is not a token of error pages'
    throw problem(`${file}:${placeOf(text, index)}: ${token} ${reason}: ${expected}`)
  }
  if (!tokens.some(([, name]) => name === BOX_1XXX || name === BOX_5XX)) {
    throw problem(
      `${file}: no ::${BOX_1XXX}:: in it: without it a visitor is shown neither code nor Ray ID`
    )
  }
  const templates = new Recent<Template>(MAX_CODES_KEPT)
  const make = (entry: CatalogueEntry) => {
    const wanted = entry.code >= FIRST_1XXX ? BOX_1XXX : BOX_5XX
    const filled = text.replaceAll('\0', '').replace(TOKEN, (_, name: string) => {
      if (name === BOX_1XXX || name === BOX_5XX) {
        return name === wanted ? asOwnSlots(box(entry)) : ''
      }
      return asOwnSlots(VALUES[name]!)
    })
    return new Template(filled, OWN_SLOT)
  }
  return {
    name: file,
    template: (entry) => templates.get(String(entry.code), () => make(entry)),
  }
}
