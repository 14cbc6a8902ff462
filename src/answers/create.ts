import type { Answer, AnswerOptions, Answers, RefusalFacts } from './answer.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import { escapeHtml, escapeJson, shownHost, shownWord, yamlScalar } from './escape.ts'
import type { Dialect } from './negotiate.ts'
import { negotiate } from './negotiate.ts'
import { pageTemplate } from './page.ts'
import { jsonTemplate, markdownTemplate, textTemplate } from './structured.ts'
import type { Filled, Template } from './template.ts'

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

type Templates = Record<Exclude<Dialect, 'problem'>, Template>

const templatesOf = (entry: CatalogueEntry, emulated: boolean): Templates => ({
  html: pageTemplate(entry, emulated),
  text: textTemplate(entry),
  json: jsonTemplate(entry, emulated),
  markdown: markdownTemplate(entry, emulated),
})

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

const bodyOf = (
  template: Template,
  dialect: Dialect,
  { ray, colo, host, ip, country }: RefusalFacts,
  timestamp: string
): Filled => {
  if (dialect === 'text') return template.fill({})
  const zone = shownHost(host)
  if (dialect !== 'html') {
    const written = dialect === 'markdown' ? yamlScalar(zone) : escapeJson(zone)
    return template.fill({ ray, zone: written, timestamp: `${timestamp}Z` })
  }
  return template.fill({
    ray,
    host: escapeHtml(zone),
    ip: escapeHtml(shownWord(ip)),
    country: escapeHtml(shownWord(country)),
    place: placeName(colo, ray),
    time: `${timestamp.replace('T', ' ')} UTC`,
  })
}

/**
 * Makes the edge's refusals: status, headers and body as Cloudflare sends them, in the dialect that the client reads.
 *
 * @example createAnswers().refuse({ code: 1020, ray, colo: 'LHR', timeMs: Date.now(), host: 'shop.test', … })
 */
export const createAnswers = ({
  text = 'no-encoding',
  emulatedHeader = true,
}: AnswerOptions = {}): Answers => {
  const rendered = new Map<number, Templates>()
  const dialectOf = createNegotiation(text)
  const timestampOf = createTimestamp()

  const templates = (entry: CatalogueEntry): Templates => {
    let found = rendered.get(entry.code)
    if (found === undefined) {
      found = templatesOf(entry, emulatedHeader)
      rendered.set(entry.code, found)
    }
    return found
  }

  return {
    refuse: (facts): Answer => {
      const entry = catalogue.get(facts.code)
      if (entry === undefined) throw new RangeError(`no code ${facts.code} in the catalogue`)
      const dialect = dialectOf(facts.accept, facts.acceptEncoding)
      const template = templates(entry)[dialect === 'problem' ? 'json' : dialect]
      const { text: body, bytes } = bodyOf(template, dialect, facts, timestampOf(facts.timeMs))
      // In the order of answers seen in 2026.
      const headers: Record<string, string> = {
        'Content-Type': CONTENT_TYPES[dialect],
        'Content-Length': String(bytes),
      }
      if (entry.retryAfter !== undefined) headers['Retry-After'] = String(entry.retryAfter)
      headers['Cache-Control'] = CACHE_CONTROL
      headers.Expires = EXPIRES
      headers['Referrer-Policy'] = 'same-origin'
      headers['X-Frame-Options'] = 'SAMEORIGIN'
      headers.Server = 'cloudflare'
      headers['CF-RAY'] = `${facts.ray}-${facts.colo}`
      if (emulatedHeader) headers['x-edge1020'] = 'emulated'
      return { status: entry.status, headers, body: facts.method === 'HEAD' ? '' : body }
    },
  }
}
