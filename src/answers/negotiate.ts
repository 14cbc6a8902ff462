import type { AnswerOptions } from './answer.ts'

/** `problem` has JSON's bytes under another media type. */
export type Dialect = 'html' | 'text' | 'json' | 'problem' | 'markdown'

/** What a media range asks for; types that no dialect has are left out. */
const RANGES: Readonly<Record<string, 'html' | 'json' | 'problem' | 'markdown' | 'any'>> = {
  'application/json': 'json',
  'application/problem+json': 'problem',
  'application/*': 'json',
  'text/markdown': 'markdown',
  // Seen: text/* is answered with Markdown, not HTML.
  'text/*': 'markdown',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  '*/*': 'any',
}

const MAX_RANGES = 64
const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** A weight that cannot be read counts as 1, as if it had not been sent. */
const weightOf = (parameters: readonly string[]): number => {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2)
    if (name.trim().toLowerCase() === 'q') {
      return WEIGHT.test(value.trim()) ? Number(value) : 1
    }
  }
  return 1
}

const specificity = (range: string) => (range === '*/*' ? 0 : range.endsWith('/*') ? 1 : 2)

const parseAccept = (accept: string) =>
  accept
    .split(',', MAX_RANGES)
    .map((part, order) => {
      const [range = '', ...parameters] = part.split(';')
      const name = range.trim().toLowerCase()
      return { name, order, weight: weightOf(parameters) }
    })
    .filter(({ name }) => Object.hasOwn(RANGES, name))

/** The structured dialect that `Accept` asks for, or `undefined` for the page (or the short text). */
const structured = (accept: string): 'json' | 'problem' | 'markdown' | undefined => {
  const ranges = parseAccept(accept)
  const refused = new Set(
    ranges
      .filter(({ name, weight }) => weight === 0 && specificity(name) === 2)
      .map(({ name }) => RANGES[name])
  )
  const [best] = ranges
    .filter(({ name, weight }) => weight > 0 && !refused.has(RANGES[name]))
    .sort(
      (x, y) =>
        y.weight - x.weight || specificity(y.name) - specificity(x.name) || x.order - y.order
    )
  const wanted = best === undefined ? 'any' : RANGES[best.name]
  return wanted === 'json' || wanted === 'problem' || wanted === 'markdown' ? wanted : undefined
}

const CODINGS = new Set(['gzip', 'x-gzip', 'br', 'deflate', 'zstd', 'compress', '*'])

/** Does the client offer a content coding, `identity` aside? */
const offersCoding = (acceptEncoding: string): boolean =>
  acceptEncoding.split(',', MAX_RANGES).some((part) => {
    const [coding = '', ...parameters] = part.split(';')
    return CODINGS.has(coding.trim().toLowerCase()) && weightOf(parameters) > 0
  })

/**
 * Which of its dialects an error is told in: structured where `Accept` prefers it, else the short text for clients that
 * offer no content coding, else the page. Never throws, whatever the headers hold.
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/
 */
export const negotiate = (
  accept: string | undefined,
  acceptEncoding: string | undefined,
  text: NonNullable<AnswerOptions['text']>
): Dialect => {
  const wanted = accept === undefined ? undefined : structured(accept)
  if (wanted !== undefined) return wanted
  if (text === 'always') return 'text'
  return text === 'no-encoding' && !offersCoding(acceptEncoding ?? '') ? 'text' : 'html'
}
