import type { FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import { INT } from '../types.ts'
import { field, literal } from './parameters.ts'

const MAX_SLICE_BITS = 32
const MAX_OFFSET_BITS = 2_040

/** Bits `start` to `end` (exclusive) as a number, most significant first; missing if the bytes end before `end`. */
const bitSlice = (bytes: string, start: number, end: number): number | undefined => {
  if (end > bytes.length * 8) return undefined
  let value = 0
  for (let bit = start; bit < end; bit++) {
    value = value * 2 + ((bytes.charCodeAt(bit >> 3) >> (7 - (bit & 7))) & 1)
  }
  return value
}

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#bit_slice */
export const packetFunctions: readonly FunctionDefinition[] = [
  {
    name: 'bit_slice',
    parameters: [field('protocol'), literal('offset_start', [INT]), literal('offset_end', [INT])],
    returns: INT,
    evaluate: ([protocol, start, end]) => bitSlice(protocol as string, Number(start), Number(end)),
    prepare: ({ literals }) => {
      const [, start, end] = literals as readonly (number | bigint)[]
      if (start! < 0) throw new ArgumentProblem(1, `offset ${start} is negative`)
      if (end! > MAX_OFFSET_BITS) {
        throw new ArgumentProblem(2, `offset ${end} is above ${MAX_OFFSET_BITS} bits`)
      }
      const bits = Number(end) - Number(start)
      if (bits < 1 || bits > MAX_SLICE_BITS) {
        throw new ArgumentProblem(2, `a slice of ${bits} bits: expected 1 to ${MAX_SLICE_BITS}`)
      }
      return undefined
    },
  },
]
