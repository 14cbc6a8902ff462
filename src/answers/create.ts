import { Recent } from '../recent.ts'
import type {
  Answer,
  AnswerOptions,
  Answers,
  Generation,
  PageChoice,
  RefusalFacts,
} from './answer.ts'
import { GENERATIONS } from './answer.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import type { Coders, Coding } from './compress.ts'
import { checkContact } from './contact.ts'
import { customAnswer } from './custom-response.ts'
import { escapeHtml, escapeJson, inertHost, inertWord, yamlScalar } from './escape.ts'
import { createKeyOf } from './keys.ts'
import type { Languages } from './languages.ts'
import { createTranslator, ENGLISH_CODE } from './languages.ts'
import type { Dialect } from './negotiate.ts'
import { CODINGS, createCodings, DIALECTS, negotiate } from './negotiate.ts'
import type { OwnPage } from './own-page.ts'
import { pageTemplate } from './page.ts'
import { jsonTemplate, markdownTemplate, textTemplate } from './structured.ts'
import type { Template } from './template.ts'
import { addOptional } from './zone-headers.ts'

/** The case differs between the dialects, as in real answers. */
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
const FIXED = {
  'Cache-Control': CACHE_CONTROL,
  Expires: EXPIRES,
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'SAMEORIGIN',
} as const
const PLACES_PER_COLO = 100
const NO_CHOICE: PageChoice = {}
const NO_SLOTS = {}
const DATE_CHARS = '2026-11-23'.length

const headersKeyOf = createKeyOf(DIALECTS, CODINGS)

const speak = (languages: Languages) => ({
  translator: createTranslator(languages),
  templateKeyOf: createKeyOf(DIALECTS, GENERATIONS, [ENGLISH_CODE, ...Object.keys(languages)]),
})

/** Imports the tables and coders that the options ask for but do not contain. */
const importAsked = ({ languages, compress, coders = {} }: AnswerOptions) => ({
  languages:
    languages === true
      ? import('./languages/all.ts').then((all) => speak(all.languages))
      : undefined,
  coders:
    compress !== false && Object.keys(coders).length > 0 && coders.compressTemplate === undefined
      ? import('./compress.ts').then(({ compressTemplate }): Coders => {
          return { ...coders, compressTemplate }
        })
      : undefined,
})

interface Choice {
  readonly generation: Generation | undefined
  readonly template: OwnPage | undefined
}

/** `lhr07`: the code in lower case and two digits that depend on the end of the Ray ID. */
const placeName = (colo: string, ray: string) => {
  const number = Number.parseInt(ray.slice(-2), 16) % PLACES_PER_COLO
  return `${colo.toLowerCase()}${String(number).padStart(2, '0')}`
}

/** `2026-11-23T05:30:07`, rebuilt when the second changes. */
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

/** Caches dialects: clients of one kind send the same few headers. */
const createNegotiation = (text: NonNullable<AnswerOptions['text']>) => {
  const remembered = new Recent<Dialect>()
  let lastAccept: string | undefined
  let lastEncoding: string | undefined
  let last: Dialect | undefined
  return (accept: string | undefined, acceptEncoding: string | undefined): Dialect => {
    if (last === undefined || accept !== lastAccept || acceptEncoding !== lastEncoding) {
      // No header value contains a line feed, so keys of different pairs differ.
      const key = `${accept}\n${acceptEncoding}`
      last = remembered.get(key, () => negotiate(accept, acceptEncoding, text))
      lastAccept = accept
      lastEncoding = acceptEncoding
    }
    return last
  }
}

/** The host as text and as HTML. Consecutive requests often have the same host, so the last one is cached. */
const createHostForms = () => {
  let last = ''
  let forms = { plain: '', html: '' }
  return (host: string) => {
    if (host !== last) {
      const plain = inertHost(host)
      last = host
      forms = { plain, html: escapeHtml(plain) }
    }
    return forms
  }
}

const slotsOf = (
  dialect: Dialect,
  { ray, colo, ip, asn, country }: RefusalFacts,
  host: { plain: string; html: string },
  timestamp: string,
  retryAfter: number | undefined
): Record<string, string> => {
  if (dialect !== 'html') {
    const zone = dialect === 'markdown' ? yamlScalar(host.plain) : escapeJson(host.plain)
    return { ray, zone, timestamp: `${timestamp}Z`, retry: String(retryAfter) }
  }
  return {
    ray,
    host: host.html,
    ip: escapeHtml(inertWord(ip)),
    country: escapeHtml(inertWord(country)),
    asn: String(asn ?? 0),
    place: placeName(colo, ray),
    time: `${timestamp.slice(0, DATE_CHARS)} ${timestamp.slice(DATE_CHARS + 1)} UTC`,
  }
}

/** The owner's address, prepared for the page. Its Ray ID is filled in like any other. */
const contactOf = (contact: string | undefined): string => {
  checkContact(contact)
  return escapeHtml(contact ?? '')
    .replaceAll('{{', '')
    .replaceAll('::RAY_ID::', '{{ray}}')
}

/**
 * Makes the edge's refusals: status, headers and body as Cloudflare sends them, in the dialect that the client reads.
 *
 * @throws EdgeError `invalid_contact`
 * @example createAnswers().refuse({ code: 1020, ray, colo: 'LHR', timeMs: Date.now(), host: 'shop.test', … })
 */
export const createAnswers = (options: AnswerOptions = {}): Answers => {
  const {
    text = 'no-encoding',
    emulatedHeader = true,
    page: edgePage = {},
    contact,
    languages = false,
    compress = true,
    headers: optional = {},
  } = options
  let { coders = {} } = options
  let speech = speak(typeof languages === 'object' ? languages : {})
  const rendered = new Recent<Template, number>()
  const fixedHeaders = new Recent<Answer['headers'], number>()
  const hostOf = createHostForms()
  const dialectOf = createNegotiation(text)
  const timestampOf = createTimestamp()
  const contactLine = contactOf(contact)
  const codingOf = compress ? createCodings(coders) : () => undefined
  const hasOptional = Object.values(optional).includes(true)

  /** Created once for each code and each form. */
  const templateOf = (
    entry: CatalogueEntry,
    dialect: Dialect,
    { generation, template }: Choice,
    language: string
  ): Template => {
    if (dialect === 'html' && template !== undefined) return template.template(entry)
    const key =
      dialect === 'html'
        ? speech.templateKeyOf(entry.code, dialect, generation, language)
        : speech.templateKeyOf(entry.code, dialect)
    return rendered.get(key, () => render(entry, dialect, generation, language))
  }

  /** In the order of real answers from 2026; length and Ray ID are filled in. */
  const headersOf = (
    entry: CatalogueEntry,
    dialect: Dialect,
    coding: Coding | undefined,
    facts?: RefusalFacts
  ): Answer['headers'] => {
    const headers: Answer['headers'] = {
      'Content-Type': CONTENT_TYPES[dialect],
      'Content-Length': '',
    }
    if (coding !== undefined) headers['Content-Encoding'] = coding
    if (entry.retryAfter !== undefined) headers['Retry-After'] = String(entry.retryAfter)
    Object.assign(headers, FIXED)
    if (facts !== undefined) addOptional(headers, optional, entry, facts)
    headers.Server = 'cloudflare'
    headers['CF-RAY'] = ''
    if (emulatedHeader) headers['x-edge1020'] = 'emulated'
    return headers
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
    const { phrases, texts } = speech.translator.of(language, entry)
    return pageTemplate(entry, {
      generation,
      emulated: emulatedHeader,
      contact: contactLine,
      phrases,
      texts,
    })
  }

  const asked = importAsked(options)
  const imports = [
    asked.languages?.then((loaded) => {
      speech = loaded
    }),
    asked.coders?.then((loaded) => {
      coders = loaded
    }),
  ].filter((loading) => loading !== undefined)

  return {
    ready: imports.length === 0 ? undefined : Promise.all(imports).then(() => {}),
    refuse: (facts): Answer => {
      const { page = NO_CHOICE } = facts
      const code = page.code ?? edgePage.code ?? facts.code
      const entry = catalogue.get(code)
      if (entry === undefined) throw new RangeError(`no code ${code} in the catalogue`)
      const retryAfter =
        entry.retryAfter === undefined ? undefined : (facts.retryAfter ?? entry.retryAfter)
      if (facts.response !== undefined) {
        return customAnswer(facts.response, facts, {
          defaultStatus: entry.status,
          common: {
            ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
            ...FIXED,
            Server: 'cloudflare',
            ...(emulatedHeader ? { 'x-edge1020': 'emulated' } : {}),
          },
        })
      }
      const choice: Choice = {
        generation: page.generation ?? edgePage.generation,
        template: page.template ?? (page.generation === undefined ? edgePage.template : undefined),
      }
      // An owner's own page is always the answer, regardless of the request.
      const dialect =
        facts.dialect ??
        (choice.template === undefined ? dialectOf(facts.accept, facts.acceptEncoding) : 'html')
      const language = languages ? speech.translator.preferred(facts.acceptLanguage) : ENGLISH_CODE
      const template = templateOf(entry, dialect, choice, language)
      const slots =
        dialect === 'text'
          ? NO_SLOTS
          : slotsOf(dialect, facts, hostOf(facts.host), timestampOf(facts.timeMs), retryAfter)
      const coding =
        dialect === 'text'
          ? undefined
          : codingOf('codings' in facts ? facts.codings : facts.acceptEncoding)
      const packed = coding && template.fillCompressed(slots, coding, coders)
      const filled = packed === undefined ? template.fill(slots) : undefined
      const used = packed === undefined ? undefined : coding
      const headers = hasOptional
        ? headersOf(entry, dialect, used, facts)
        : {
            ...fixedHeaders.get(headersKeyOf(code, dialect, used), () =>
              headersOf(entry, dialect, used)
            ),
          }
      headers['Content-Length'] = String(packed?.length ?? filled!.bytes)
      if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter)
      headers['CF-RAY'] = `${facts.ray}-${facts.colo}`
      const body = facts.method === 'HEAD' ? '' : (packed ?? filled!.text)
      return { status: entry.status, code, headers, body }
    },
  }
}
