import { Recent } from '../recent.ts'
import type { AnswerOptions } from './answer.ts'
import type { Coding, PartCoders } from './compress.ts'

/** `problem` has JSON's bytes under another media type. */
export const DIALECTS = ['html', 'text', 'json', 'problem', 'markdown'] as const
export type Dialect = (typeof DIALECTS)[number]

type Structured = Exclude<Dialect, 'html' | 'text'>

interface Offer {
  readonly dialect: Structured | 'html'
  /** Media ranges that ask for it, the most specific first. */
  readonly ranges: readonly (readonly string[])[]
}

/**
 * Earlier ones win where one range asks for several: `text/*` is answered with Markdown. The range that takes everything asks
 * for nothing structured.
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

/** More than any client sends. The rest is not read. */
const MAX_CHARS = 4_096
const MAX_PARTS = 64
const QUOTED = /"(?:[^"\\]|\\.)*"?/g
const WEIGHT = /^(?:\d+\.?\d*|\.\d+)$/

/** The weight in a header's parameters, 0 to 1. A weight that cannot be read counts as 1, as if it had not been sent. */
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

/** Quoted parameter values may hold commas; none of them matters here. */
const parseList = (header: string): MediaRange[] =>
  header
    .slice(0, MAX_CHARS)
    .replace(QUOTED, '')
    .split(',', MAX_PARTS)
    .map((part, order) => {
      const [name = '', ...parameters] = part.split(';')
      return { name: name.trim().toLowerCase(), weight: weightOf(parameters), order }
    })

/** The weight of the most specific range that fits; of equally specific ones the highest. */
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

/** Does the client offer a content coding, `identity` aside? */
const offersCoding = (acceptEncoding: string): boolean =>
  parseList(acceptEncoding).some(({ name, weight }) => OFFERED.has(name) && weight > 0)

/** Made of parts, gzip comes out the smaller: what Brotli is best at reaches across them. */
export const CODINGS: readonly Coding[] = ['gzip', 'br', 'zstd']

/** Chooses the coding that a client likes best: by weight, gzip first among equals; none where it would rather have the text. */
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
 * Chooses the dialect of an error: structured where `Accept` prefers it (weights first, then the more specific
 * range, then the first listed), else the short text for clients that offer no content coding, else the page. Never
 * throws, whatever the headers hold.
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
