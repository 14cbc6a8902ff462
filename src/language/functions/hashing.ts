import { formatIp, Ip } from '../../lists/ip.ts'
import type { CallShape, FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BOOL, BYTES, INT, IP } from '../types.ts'
import { either, literal } from './parameters.ts'
import { sha256 } from './sha256.ts'

const TWO_21 = 0x20_0000
const TWO_32 = 0x1_0000_0000
/** A hash has 53 bits: in a wider range, some numbers would never occur. */
const MAX_SPAN = Number.MAX_SAFE_INTEGER
const hashed = [BYTES, INT, BOOL, IP] as const

/** Puts type and length in front, so that ("ab", "c") and ("a", "bc"), or 1 and "1", hash differently. */
const encode = (value: Value): string => {
  const text = value instanceof Ip ? formatIp(value) : String(value)
  const type = value instanceof Ip ? 'ip' : typeof value === 'bigint' ? 'number' : typeof value
  return `${type}:${text.length}:${text}`
}

const word = (bytes: string, at: number) =>
  bytes.charCodeAt(at) * 0x100_0000 +
  bytes.charCodeAt(at + 1) * 0x1_0000 +
  bytes.charCodeAt(at + 2) * 0x100 +
  bytes.charCodeAt(at + 3)

/** The first 53 bits of the SHA-256 of all values. */
const hash53 = (values: readonly Value[]): number => {
  const digest = sha256(values.map(encode).join(''))
  return word(digest, 0) * TWO_21 + Math.floor(word(digest, 4) / (TWO_32 / TWO_21))
}

const checkRange = ({ literals: [start, end] }: CallShape) => {
  if (end! <= start!) {
    throw new ArgumentProblem(1, `the range ends at ${end}, which is not above its start ${start}`)
  }
  if (BigInt(end as number) - BigInt(start as number) > BigInt(MAX_SPAN)) {
    throw new ArgumentProblem(1, 'the range is wider than 2^53')
  }
  return undefined
}

/**
 * `hash_in_range` returns start ≤ n < end: its documented use `hash_in_range(0, 100, …) < 100` must match every request.
 * Cloudflare does not document its hash. This edge uses SHA-256, so the same values give other numbers than at Cloudflare.
 *
 * @see https://developers.cloudflare.com/changelog/post/2026-10-02-hash-in-range-ga/
 */
export const hashFunctions: readonly FunctionDefinition[] = [
  {
    name: 'sha256',
    parameters: [either('input')],
    returns: BYTES,
    evaluate: ([input]) => sha256(input as string),
  },
  {
    name: 'hash_in_range',
    parameters: [literal('start', [INT]), literal('end', [INT]), either('value', hashed)],
    rest: either('value', hashed),
    returns: INT,
    evaluate: ([start, end, ...values]) => {
      const from = BigInt(start as number)
      const span = BigInt(end as number) - from
      const result = from + (BigInt(hash53(values as Value[])) % span)
      return Number.isSafeInteger(Number(result)) ? Number(result) : result
    },
    prepare: checkRange,
  },
]
