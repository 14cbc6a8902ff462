import { Recent } from '../recent.ts'
import type { AnswerOptions } from './answer.ts'
import type { Coding, PartCoders } from './compress.ts'

/** `problem` has the same bytes as JSON, with another media type. */
export const DIALECTS = ['html', 'text', 'json', 'problem', 'markdown'] as const
export type Dialect = (typeof DIALECTS)[number]

type Structured = Exclude<Dialect, 'html' | 'text'>

interface Offer {
  readonly dialect: Structured | 'html'
  /** Media ranges that ask for it, the most specific first. */
  readonly ranges: readonly (readonly string[])[]
}

/**
 * If one range asks for several, the earlier one wins: `text/*` gets Markdown. The range that accepts everything asks for
 * no structured format.
 */
const OFFERS: readonly Offer[] = [
  { dialect: 'json', ranges: [['application/json'], ['application/*']] },
  { dialect: 'problem', ranges: [['application/problem+json'], ['application/*']] },
  { dialect: 'markdown', ranges: [['text/markdown'], ['text/*']] },
  { dialect: 'html', ranges: [['text/html', 'application/xhtml+xml'], ['text/*'], ['*/*']] },
]

interface MediaRange {
  readonly name: string
  readonly weight: number
  readonly order: number
}

/** Longer than any client's. The rest is not read. */
const MAX_CHARS = 4_096
const MAX_PARTS = 64
const QUOTED = /"(?:[^"\\]|\\.)*"?/g
const WEIGHT = /^(?:\d+\.?\d*|\.\d+)$/

/** The weight in a header's parameters, 0 to 1. An unreadable weight counts as 1, like a missing one. */
export const weightOf = (parameters: readonly string[]): number => {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2)
    if (name.trim().toLowerCase() === 'q') {
      const digits = value.trim()
      return WEIGHT.test(digits) ? Math.min(1, Number(digits)) : 1
    }
  }
  return 1
}

/** Quoted parameter values may contain commas; none of them matters here. */
const parseList = (header: string): MediaRange[] =>
  header
    .slice(0, MAX_CHARS)
    .replace(QUOTED, '')
    .split(',', MAX_PARTS)
    .map((part, order) => {
      const [name = '', ...parameters] = part.split(';')
      return { name: name.trim().toLowerCase(), weight: weightOf(parameters), order }
    })

/** The weight of the most specific range that fits; the highest of equally specific ones. */
const best = ({ ranges }: Offer, accepted: readonly MediaRange[]) => {
  for (const [vagueness, names] of ranges.entries()) {
    const [found] = accepted
      .filter(({ name }) => names.includes(name))
      .sort((x, y) => y.weight - x.weight || x.order - y.order)
    if (found !== undefined) return { ...found, vagueness }
  }
  return undefined
}

const preferred = (accept: string): Offer['dialect'] | undefined => {
  const accepted = parseList(accept)
  const wanted = OFFERS.flatMap((offer) => {
    const range = best(offer, accepted)
    return range === undefined || range.weight === 0 ? [] : [{ ...range, dialect: offer.dialect }]
  })
  wanted.sort((x, y) => y.weight - x.weight || x.vagueness - y.vagueness || x.order - y.order)
  return wanted[0]?.dialect
}

const OFFERED = new Set(['gzip', 'x-gzip', 'br', 'deflate', 'zstd', 'compress', '*'])

/** Whether the client offers a content coding other than `identity`. */
const offersCoding = (acceptEncoding: string): boolean =>
  parseList(acceptEncoding).some(({ name, weight }) => OFFERED.has(name) && weight > 0)

/** For answers that are joined from parts, gzip is smaller: Brotli's advantage comes from references across parts. */
export const CODINGS: readonly Coding[] = ['gzip', 'br', 'zstd']

/** Chooses the client's preferred coding: by weight, gzip first among equals; none if the client prefers plain text. */
const preferredCoding = (
  acceptEncoding: string,
  offered: readonly Coding[]
): Coding | undefined => {
  const accepted = parseList(acceptEncoding)
  const weightOf = (coding: string) => {
    const named = accepted.find(({ name }) => name === coding || name === `x-${coding}`)
    return (named ?? accepted.find(({ name }) => name === '*'))?.weight ?? 0
  }
  const plain = accepted.find(({ name }) => name === 'identity')?.weight ?? 0
  const [best] = offered
    .map((coding) => ({ coding, weight: weightOf(coding) }))
    .filter(({ weight }) => weight > 0 && weight >= plain)
    .sort((x, y) => y.weight - x.weight)
  return best?.coding
}

const hasCoder = (coding: Coding, { deflate, brotli, zstd }: PartCoders): boolean =>
  ({ gzip: deflate, br: brotli, zstd })[coding] !== undefined

/** Clients send the same few values, so the results are cached. */
export const createCodings = (
  coders: PartCoders
): ((acceptEncoding: string | undefined) => Coding | undefined) => {
  const offered = CODINGS.filter((coding) => hasCoder(coding, coders))
  const remembered = new Recent<Coding | undefined>()
  const choose = (acceptEncoding: string) => preferredCoding(acceptEncoding, offered)
  return (acceptEncoding) =>
    acceptEncoding === undefined || offered.length === 0
      ? undefined
      : remembered.get(acceptEncoding, choose)
}

/**
 * Chooses the dialect of an error: structured if `Accept` prefers it (by weight, then the more specific range, then the
 * first listed), else the short text for clients that offer no content coding, else the page. Never throws, whatever the
 * headers contain.
 *
 * @see https://developers.cloudflare.com/fundamentals/reference/error-responses/
 * @example negotiate('text/markdown, text/html;q=0.9', 'gzip', 'no-encoding') // 'markdown'
 */
export const negotiate = (
  accept: string | undefined,
  acceptEncoding: string | undefined,
  text: NonNullable<AnswerOptions['text']>
): Dialect => {
  const wanted = accept === undefined ? undefined : preferred(accept)
  if (wanted !== undefined && wanted !== 'html') return wanted
  if (text === 'always') return 'text'
  return text === 'no-encoding' && !offersCoding(acceptEncoding ?? '') ? 'text' : 'html'
}
