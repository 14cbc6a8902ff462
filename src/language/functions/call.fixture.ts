import { EdgeError } from '../../error.ts'
import { compile } from '../compile.ts'
import { createScheme } from '../scheme.ts'
import type { Value } from '../types.ts'
import { arrayOf, BOOL, BYTES, INT, IP, mapOf } from '../types.ts'
import { functions } from './table.ts'

/** Short names for fields of every type, so that tables of calls stay readable. */
export const scheme = createScheme({
  fields: [
    { name: 's', type: BYTES },
    { name: 't', type: BYTES },
    { name: 'n', type: INT },
    { name: 'b', type: BOOL },
    { name: 'addr', type: IP },
    { name: 'list', type: arrayOf(BYTES) },
    { name: 'more', type: arrayOf(BYTES) },
    { name: 'ints', type: arrayOf(INT) },
    { name: 'addrs', type: arrayOf(IP) },
    { name: 'map', type: mapOf(BYTES) },
    { name: 'multi', type: mapOf(arrayOf(BYTES)) },
  ],
  functions,
})

/** The value of an expression; fields that are not given are missing. */
export const evaluate = (
  expression: string,
  fields: Readonly<Record<string, Value>> = {}
): Value | undefined => {
  const values = new Map(Object.entries(fields).map(([name, value]) => [scheme.slot(name), value]))
  return compile(expression, { scheme, expect: 'any' }).evaluate({ get: (slot) => values.get(slot) })
}

/** The first problem of an expression that must not compile: its code, message and the text it points at. */
export const problemOf = (expression: string): [code: string, message: string, at: string] => {
  try {
    compile(expression, { scheme, expect: 'any' })
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const { code, message, column, length } = error.diagnostics[0]!
    return [code, message, expression.slice(column - 1, column - 1 + length)]
  }
  throw new Error(`compiled: ${expression}`)
}
