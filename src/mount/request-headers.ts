import { isSingleHeader, singleHeaderBit } from '../request/header-fields.ts'
import type { Verdict } from '../verdict.ts'
import { isStrippedRequestHeader, mayBeStripped } from '../visitor/stripped-headers.ts'

/** Node's request, with its views of the headers. */
export interface NodeRequest {
  /** Built by Node from `rawHeaders` when it is first read, and not again. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly rawHeaders: string[]
  /** Another view, built likewise; `node:http2` has none. */
  headersDistinct?: unknown
}

/** Fields whose values come from a look-up of the country. */
const COUNTRY_FIELDS = new Set([
  'ip.src.country',
  'ip.src.continent',
  'ip.src.is_in_european_union',
])
const countryZones = new WeakMap<Verdict['zone'], boolean>()

const readsCountry = (zone: Verdict['zone']): boolean => {
  let reads = countryZones.get(zone)
  if (reads === undefined) {
    reads = zone.fields.some((field) => COUNTRY_FIELDS.has(field))
    countryZones.set(zone, reads)
  }
  return reads
}

/** What the edge tells the app, in the order of `edgeValues`. */
const NAMES = [
  'CF-Ray',
  'CF-Connecting-IP',
  'CF-IPCountry',
  'CF-Visitor',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
] as const
const LOWER_CASE_NAMES = NAMES.map((name) => name.toLowerCase())

/**
 * The values of the headers that the edge sets, '' for those that it leaves out.
 *
 * The country is among them where a rule reads it: elsewhere no mounted app pays for the look-up or the data. The app stands on
 * the visitor's own connection, so X-Forwarded-For ends with whom that connection's proxy was called by: one more entry would
 * shift what an app counts by (Express's `trust proxy`).
 */
const edgeValues = ({ rayHeader, visitor, request: { scheme }, zone }: Verdict) => [
  rayHeader,
  visitor.ipText,
  readsCountry(zone) ? visitor.country : '',
  scheme === 'https' ? '{"scheme":"https"}' : '{"scheme":"http"}',
  visitor.forwardedFor,
  scheme,
]

const isReplaced = (lowerCaseName: string): boolean =>
  LOWER_CASE_NAMES.includes(lowerCaseName) || isStrippedRequestHeader(lowerCaseName)

/**
 * Takes the headers that are the edge's to set off a request, in every spelling, and puts the edge's on: the app sees the
 * request as an origin behind the edge does.
 */
export const passHeaders = (verdict: Verdict, headers: Headers): void => {
  const values = edgeValues(verdict)
  for (const name of [...headers.keys()]) if (isReplaced(name)) headers.delete(name)
  for (const [i, value] of values.entries()) if (value !== '') headers.set(NAMES[i]!, value)
}

/** Where Node keeps how long `rawHeaders` is, without which it reads past their end; `null` where this version has no such slot. */
let countSlot: symbol | null | undefined

const findCountSlot = (request: NodeRequest): symbol | null =>
  Object.getOwnPropertySymbols(request).find(({ description }) =>
    /^(?:k?headersCount)$/i.test(description ?? '')
  ) ?? null

/** Node builds `headersDistinct` from `rawHeaders` when it is first read: has it do so (again) from what they are now. */
const renewDistinct = (request: NodeRequest) => {
  if (countSlot === undefined) countSlot = findCountSlot(request)
  if (countSlot !== null) {
    ;(request as unknown as Record<symbol, number>)[countSlot] = request.rawHeaders.length
    request.headersDistinct = undefined
    return
  }
  const distinct: Record<string, string[]> = Object.create(null)
  const { rawHeaders } = request
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    distinct[name] ??= []
    distinct[name].push(rawHeaders[i + 1]!)
  }
  request.headersDistinct = distinct
}

const NONE: Readonly<Record<string, string>> = {}

/** The value that a header had the first time; a name that comes first here has none. */
const firstOf = (rawHeaders: readonly string[], end: number, lowerCaseName: string) => {
  for (let i = 0; i < end; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === lowerCaseName) return rawHeaders[i + 1]
  }
  return undefined
}

/**
 * The same as `passHeaders` on Node's request, in place. Of a single-valued header that came several times only the first value
 * stays: a rule has seen no other. It sits on the path of every request, so names are looked at closely only where their first
 * letter and length fit.
 *
 * @returns the single-valued headers that came several times, with the value that counts
 */
export const passNodeHeaders = (
  verdict: Verdict,
  request: NodeRequest
): Readonly<Record<string, string>> => {
  // Read before anything changes: what the edge knows comes from these headers.
  const values = edgeValues(verdict)
  const { headers, rawHeaders } = request
  let kept = 0
  let seen = 0
  let repeated: Record<string, string> | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (mayBeStripped(name)) {
      const lower = name.toLowerCase()
      if (isReplaced(lower)) {
        delete headers[lower]
        continue
      }
    }
    const bit = singleHeaderBit(name)
    if ((seen & bit) !== 0) {
      const lower = name.toLowerCase()
      const first = isSingleHeader(lower) ? firstOf(rawHeaders, kept, lower) : undefined
      if (first !== undefined) {
        repeated ??= {}
        repeated[lower] = first
        headers[lower] = first
        continue
      }
    }
    seen |= bit
    if (kept !== i) {
      rawHeaders[kept] = name
      rawHeaders[kept + 1] = rawHeaders[i + 1]!
    }
    kept += 2
  }
  rawHeaders.length = kept
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value === '') continue
    headers[LOWER_CASE_NAMES[i]!] = value
    rawHeaders.push(NAMES[i]!, value)
  }
  if ('headersDistinct' in request) renewDistinct(request)
  return repeated ?? NONE
}
