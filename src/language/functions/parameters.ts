import type { Parameter } from '../scheme.ts'
import { BYTES } from '../types.ts'

/** A parameter that takes no literal. */
export const field = (name: string, types: Parameter['types'] = [BYTES]): Parameter => ({
  name,
  types,
  kind: 'field',
})

/** A parameter that takes fields, calls and literals. */
export const either = (name: string, types: Parameter['types'] = [BYTES]): Parameter => ({
  name,
  types,
  kind: 'any',
})

/** A parameter that takes only a literal. */
export const literal = (name: string, types: Parameter['types'] = [BYTES]): Parameter => ({
  name,
  types,
  kind: 'literal',
})

export const optional = (parameter: Parameter): Parameter => ({ ...parameter, optional: true })
