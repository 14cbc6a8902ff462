import { isSingleHeader, singleHeaderBit } from '../request/header-fields.ts'
import type { Verdict } from '../verdict.ts'
import { isStrippedRequestHeader, mayBeStripped } from '../visitor/stripped-headers.ts'

/** Node's request, with its views of the headers. */
export interface NodeRequest {
  /** Node builds it from `rawHeaders` once, at the first read. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly rawHeaders: string[]
  /** Another view of the same kind; `node:http2` does not have it. */
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

/** The edge's headers for the app, in the order of `edgeValues`. */
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
 * The values of the headers that the edge sets; '' for omitted ones.
 *
 * The country is included only if a rule reads it. Otherwise a mounted app would pay for the look-up and the data. The app uses the
 * visitor's own connection, so the mount adds no entry to X-Forwarded-For. One more entry would shift Express's `trust proxy` count.
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
 * Replaces the visitor's headers that only the edge sets, in every spelling, by the edge's. The app then sees the same request as
 * an origin behind the edge.
 */
export const passHeaders = (verdict: Verdict, headers: Headers): void => {
  const values = edgeValues(verdict)
  for (const name of [...headers.keys()]) if (isReplaced(name)) headers.delete(name)
  for (const [i, value] of values.entries()) if (value !== '') headers.set(NAMES[i]!, value)
}

/** Node's slot with the length of `rawHeaders`, which Node needs to stop at their end; `null` if this version has no such slot. */
let countSlot: symbol | null | undefined

const findCountSlot = (request: NodeRequest): symbol | null =>
  Object.getOwnPropertySymbols(request).find(({ description }) =>
    /^(?:k?headersCount)$/i.test(description ?? '')
  ) ?? null

/** Makes Node build `headersDistinct` again from the current `rawHeaders` at the next read. */
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

/** The first value of a header; `undefined` at the first occurrence of the name. */
const firstOf = (rawHeaders: readonly string[], end: number, lowerCaseName: string) => {
  for (let i = 0; i < end; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === lowerCaseName) return rawHeaders[i + 1]
  }
  return undefined
}

/**
 * The same as `passHeaders` on Node's request, in place. A repeated single-valued header keeps only its first value, which is the one
 * that rules read. This code runs for every request, so it compares a name only if its first letter and length match.
 *
 * @returns repeated single-valued headers, with the value that counts
 */
export const passNodeHeaders = (
  verdict: Verdict,
  request: NodeRequest
): Readonly<Record<string, string>> => {
  // Read before any change, because the edge's values come from these headers.
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
