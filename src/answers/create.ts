import { EdgeError } from '../error.ts'
import type {
  Answer,
  AnswerOptions,
  Answers,
  Generation,
  PageChoice,
  RefusalFacts,
} from './answer.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import { escapeHtml, escapeJson, shownHost, shownWord, yamlScalar } from './escape.ts'
import { addOptional } from './headers.ts'
import { ENGLISH_CODE, languageOf, preferredLanguage } from './languages.ts'
import type { Dialect } from './negotiate.ts'
import { createCodings, negotiate } from './negotiate.ts'
import type { OwnPage } from './own-page.ts'
import { pageTemplate } from './page.ts'
import { jsonTemplate, markdownTemplate, textTemplate } from './structured.ts'
import type { Template } from './template.ts'

/** The case differs between the dialects, and is real. */
const CONTENT_TYPES: Record<Dialect, string> = {
  html: 'text/html; charset=UTF-8',
  text: 'text/plain; charset=UTF-8',
  json: 'application/json; charset=utf-8',
  problem: 'application/problem+json; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
}

const CACHE_CONTROL =
  'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0'
const EXPIRES = 'Thu, 01 Jan 1970 00:00:01 GMT'
const PLACES_PER_COLO = 100
const CONTACT = /^(?:https?:\/\/|mailto:)\S+$/i
const NO_CHOICE: PageChoice = {}

interface Choice {
  readonly generation: Generation | undefined
  readonly template: OwnPage | undefined
}

/** `lhr07`: the code in lower case and two digits, which stay the same as long as the Ray ID's end does. */
const placeName = (colo: string, ray: string) => {
  const number = Number.parseInt(ray.slice(-2), 16) % PLACES_PER_COLO
  return `${colo.toLowerCase()}${String(number).padStart(2, '0')}`
}

/** `2026-11-23T05:30:07`, made anew when the second changes. */
const createTimestamp = () => {
  let second = Number.NaN
  let text = ''
  return (timeMs: number): string => {
    const now = Math.floor(timeMs / 1_000)
    if (now !== second) {
      second = now
      text = new Date(timeMs).toISOString().slice(0, 19)
    }
    return text
  }
}

/** Clients of one kind send the same few headers: what they come to is remembered. */
const createNegotiation = (text: NonNullable<AnswerOptions['text']>) => {
  const MAX_REMEMBERED = 256
  const MAX_CHARS = 512
  const remembered = new Map<string, Dialect>()
  return (accept: string | undefined, acceptEncoding: string | undefined): Dialect => {
    // No header value holds a line feed, so keys of different pairs differ.
    const key = `${accept}\n${acceptEncoding}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    const dialect = negotiate(accept, acceptEncoding, text)
    if (key.length > MAX_CHARS) return dialect
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(key, dialect)
    return dialect
  }
}

const slotsOf = (
  dialect: Dialect,
  { ray, colo, host, ip, asn, country }: RefusalFacts,
  timestamp: string
): Record<string, string> => {
  if (dialect === 'text') return {}
  const zone = shownHost(host)
  if (dialect !== 'html') {
    const written = dialect === 'markdown' ? yamlScalar(zone) : escapeJson(zone)
    return { ray, zone: written, timestamp: `${timestamp}Z` }
  }
  return {
    ray,
    host: escapeHtml(zone),
    ip: escapeHtml(shownWord(ip)),
    country: escapeHtml(shownWord(country)),
    asn: String(asn ?? 0),
    place: placeName(colo, ray),
    time: `${timestamp.replace('T', ' ')} UTC`,
  }
}

/** The owner's address, made ready for the page; its Ray ID is filled in as everywhere. */
const contactOf = (contact: string | undefined): string => {
  if (contact === undefined) return ''
  if (!CONTACT.test(contact)) {
    throw new EdgeError(
      'invalid_contact',
      `contact "${contact}": expected https://…, http://… or mailto:…, with ::RAY_ID:: where the Ray ID belongs`
    )
  }
  return escapeHtml(contact).replaceAll('{{', '').replaceAll('::RAY_ID::', '{{ray}}')
}

/**
 * Makes the edge's refusals: status, headers and body as Cloudflare sends them, in the dialect that the client reads.
 *
 * @throws EdgeError `invalid_contact`
 * @example createAnswers().refuse({ code: 1020, ray, colo: 'LHR', timeMs: Date.now(), host: 'shop.test', … })
 */
export const createAnswers = ({
  text = 'no-encoding',
  emulatedHeader = true,
  page: edgePage = {},
  contact,
  languages = false,
  compress = true,
  coders = {},
  headers: optional = {},
}: AnswerOptions = {}): Answers => {
  const rendered = new Map<string, Template>()
  const dialectOf = createNegotiation(text)
  const timestampOf = createTimestamp()
  const contactLine = contactOf(contact)
  const codingOf = compress ? createCodings(coders) : () => undefined
  const hasOptional = Object.values(optional).includes(true)

  /** Made once for each code and each way to show it. */
  const templateOf = (
    entry: CatalogueEntry,
    dialect: Dialect,
    { generation, template }: Choice,
    language: string
  ): Template => {
    if (dialect === 'html' && template !== undefined) return template.template(entry)
    const key =
      dialect === 'html' ? `${entry.code} ${generation} ${language}` : `${entry.code} ${dialect}`
    let found = rendered.get(key)
    if (found === undefined) {
      found = render(entry, dialect, generation, language)
      rendered.set(key, found)
    }
    return found
  }

  const render = (
    entry: CatalogueEntry,
    dialect: Dialect,
    generation: Generation | undefined,
    language: string
  ): Template => {
    if (dialect === 'text') return textTemplate(entry)
    if (dialect === 'markdown') return markdownTemplate(entry, emulatedHeader)
    if (dialect !== 'html') return jsonTemplate(entry, emulatedHeader)
    const { phrases, texts } = languageOf(language, entry)
    return pageTemplate(entry, {
      generation,
      emulated: emulatedHeader,
      contact: contactLine,
      phrases,
      texts,
    })
  }

  return {
    refuse: (facts): Answer => {
      const { page = NO_CHOICE } = facts
      const code = page.code ?? edgePage.code ?? facts.code
      const entry = catalogue.get(code)
      if (entry === undefined) throw new RangeError(`no code ${code} in the catalogue`)
      const choice: Choice = {
        generation: page.generation ?? edgePage.generation,
        template: page.template ?? (page.generation === undefined ? edgePage.template : undefined),
      }
      // An owner's own page is what it is, whatever is asked for.
      const dialect =
        facts.dialect ??
        (choice.template === undefined ? dialectOf(facts.accept, facts.acceptEncoding) : 'html')
      const language = languages ? preferredLanguage(facts.acceptLanguage) : ENGLISH_CODE
      const template = templateOf(entry, dialect, choice, language)
      const slots = slotsOf(dialect, facts, timestampOf(facts.timeMs))
      const coding = dialect === 'text' ? undefined : codingOf(facts.acceptEncoding)
      const packed = coding && template.fillCompressed(slots, coding, coders)
      const filled = packed === undefined ? template.fill(slots) : undefined
      // In the order of answers seen in 2026.
      const headers: Answer['headers'] = {
        'Content-Type': CONTENT_TYPES[dialect],
        'Content-Length': String(packed?.length ?? filled!.bytes),
      }
      if (packed !== undefined) headers['Content-Encoding'] = coding!
      if (entry.retryAfter !== undefined) headers['Retry-After'] = String(entry.retryAfter)
      headers['Cache-Control'] = CACHE_CONTROL
      headers.Expires = EXPIRES
      headers['Referrer-Policy'] = 'same-origin'
      headers['X-Frame-Options'] = 'SAMEORIGIN'
      if (hasOptional) addOptional(headers, optional, entry, facts)
      headers.Server = 'cloudflare'
      headers['CF-RAY'] = `${facts.ray}-${facts.colo}`
      if (emulatedHeader) headers['x-edge1020'] = 'emulated'
      const body = facts.method === 'HEAD' ? '' : (packed ?? filled!.text)
      return { status: entry.status, headers, body }
    },
  }
}
