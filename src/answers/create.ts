import type { Answer, AnswerOptions, Answers, RefusalFacts } from './answer.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import { escapeHtml, escapeJson, shownHost } from './escape.ts'
import type { Dialect } from './negotiate.ts'
import { negotiate } from './negotiate.ts'
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
const EMPTY = new Uint8Array(0)
const PLACES_PER_COLO = 100

type Templates = Record<Exclude<Dialect, 'problem'>, Template>

const templatesOf = (entry: CatalogueEntry, emulated: boolean): Templates => ({
  html: pageTemplate(entry, emulated),
  text: textTemplate(entry),
  json: jsonTemplate(entry, emulated),
  markdown: markdownTemplate(entry, emulated),
})

/** `lhr07`: the code in lower case and two digits, which stay the same for a data centre as the Ray ID's end does. */
const placeName = (colo: string, ray: string) => {
  const number = Number.parseInt(ray.slice(-2), 16) % PLACES_PER_COLO
  return `${colo.toLowerCase()}${String(number).padStart(2, '0')}`
}

const fill = (template: Template, dialect: Dialect, facts: RefusalFacts): Uint8Array => {
  const { ray, colo, timeMs, host, ip, country } = facts
  if (dialect === 'text') return template.fill({})
  const zone = shownHost(host)
  const seconds = new Date(timeMs).toISOString().slice(0, 19)
  if (dialect !== 'html') {
    const written = dialect === 'markdown' ? (text: string) => text : escapeJson
    return template.fill({ ray, zone: written(zone), timestamp: `${seconds}Z` })
  }
  return template.fill({
    ray,
    host: escapeHtml(zone),
    ip: escapeHtml(ip),
    country: escapeHtml(country),
    place: placeName(colo, ray),
    time: `${seconds.replace('T', ' ')} UTC`,
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
      const dialect = negotiate(facts.accept, facts.acceptEncoding, text)
      const template = templates(entry)[dialect === 'problem' ? 'json' : dialect]
      const body = fill(template, dialect, facts)
      const headers: Record<string, string> = {
        'Content-Type': CONTENT_TYPES[dialect],
        'Content-Length': String(body.length),
        'X-Frame-Options': 'SAMEORIGIN',
        'Referrer-Policy': 'same-origin',
        'Cache-Control': CACHE_CONTROL,
        Expires: EXPIRES,
        Server: 'cloudflare',
        'CF-RAY': `${facts.ray}-${facts.colo}`,
      }
      if (entry.retryAfter !== undefined) headers['Retry-After'] = String(entry.retryAfter)
      if (emulatedHeader) headers['x-edge1020'] = 'emulated'
      return { status: entry.status, headers, body: facts.method === 'HEAD' ? EMPTY : body }
    },
  }
}
