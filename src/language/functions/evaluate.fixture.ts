import { EdgeError } from '../../error.ts'
import { compile } from '../compile.ts'
import { createScheme } from '../scheme.ts'
import type { Value } from '../types.ts'
import { arrayOf, BOOL, BYTES, INT, IP, mapOf } from '../types.ts'
import { functions } from './table.ts'

/** One field of each type, for the tests of functions. */
const scheme = createScheme({
  fields: [
    { name: 'text', type: BYTES },
    { name: 'other', type: BYTES },
    { name: 'number', type: INT },
    { name: 'flag', type: BOOL },
    { name: 'address', type: IP },
    { name: 'items', type: arrayOf(BYTES) },
    { name: 'more', type: arrayOf(BYTES) },
    { name: 'numbers', type: arrayOf(INT) },
    { name: 'addresses', type: arrayOf(IP) },
    { name: 'headers', type: mapOf(arrayOf(BYTES)) },
    { name: 'names', type: mapOf(BYTES) },
  ],
  functions,
})

/** Values by field name; a field that is not given is missing. */
export type Given = Readonly<Record<string, Value>>

export const evaluate = (expression: string, given: Given = {}): Value | undefined =>
  compile(expression, { scheme, expect: 'any' }).evaluate({
    get: (slot) => given[scheme.slots[slot]!],
  })

/** The problem of an expression: its code and the underlined text. */
export const problemOf = (expression: string): { code: string; at: string; message: string } => {
  try {
    compile(expression, { scheme, expect: 'any' })
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const { code, column, length, message } = error.diagnostics[0]!
    return { code, at: expression.slice(column - 1, column - 1 + length), message }
  }
  throw new Error(`accepted ${expression}`)
}
