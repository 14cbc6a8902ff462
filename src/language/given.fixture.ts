import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import type { Options } from './compile.ts'
import { compile } from './compile.ts'
import type { Expression } from './expression.ts'
import { functions } from './functions/table.ts'
import { valueFromJson } from './json.ts'
import { LIMITS } from './limits.ts'
import { Parser } from './parser.ts'
import { createScheme } from './scheme.ts'
import type { Context } from './types.ts'
import { arrayOf, BOOL, BYTES, INT, IP, mapOf } from './types.ts'

/** Fields of every shape under short names, for the tests of the language itself. */
export const scheme = createScheme({
  fields: [
    { name: 'text', type: BYTES },
    { name: 'other', type: BYTES },
    { name: 'number', type: INT },
    { name: 'limit', type: INT },
    { name: 'flag', type: BOOL },
    { name: 'ssl', type: BOOL },
    { name: 'address', type: IP },
    { name: 'peer.address', type: IP },
    { name: 'items', type: arrayOf(BYTES) },
    { name: 'more', type: arrayOf(BYTES) },
    { name: 'numbers', type: arrayOf(INT) },
    { name: 'addresses', type: arrayOf(IP) },
    { name: 'flags', type: arrayOf(BOOL) },
    { name: 'grid', type: arrayOf(arrayOf(BYTES)) },
    { name: 'headers', type: mapOf(arrayOf(BYTES)) },
    { name: 'names', type: mapOf(BYTES) },
    { name: 'sizes', type: mapOf(INT) },
    { name: 'switches', type: mapOf(BOOL) },
    { name: 'switchboard', type: mapOf(arrayOf(BOOL)) },
    { name: 'old.text', type: BYTES, alias: 'text', deprecated: 'write `text`' },
    { name: 'status', type: INT, refused: '`status` is a field of the response' },
  ],
  functions,
})

/** Values by field name, as JSON; a field that is not given is missing. */
export type Given = Readonly<Record<string, unknown>>

export const contextOf = (given: Given): Context => {
  const values = scheme.slots.map((name) =>
    given[name] === undefined
      ? undefined
      : valueFromJson(scheme.fields.get(name)!.type, given[name], name)
  )
  return { get: (slot) => values[slot] }
}

export type Extra = Partial<Omit<Options, 'scheme'>>

export const read = (expression: string, extra: Extra = {}): Expression =>
  compile(expression, { scheme, ...extra })

/** The result of an expression. */
export const verdict = (expression: string, given: Given = {}, extra: Extra = {}): boolean =>
  read(expression, extra).matches(contextOf(given))

/** Returns the problems of an expression. */
export const diagnose = (expression: string, extra: Extra = {}): readonly Diagnostic[] => {
  try {
    read(expression, extra)
    return []
  } catch (error) {
    if (error instanceof EdgeError && error.code === 'invalid_expression') return error.diagnostics
    throw error
  }
}

/**
 * The code and the underlined text of each problem, as the parser and Cloudflare's engine report them, for expressions of
 * one line of ASCII. The corrections of `mend/` have their own tests.
 */
export const problems = (expression: string, { expect, limits }: Extra = {}): string[] => {
  const parser = new Parser(expression, scheme, { ...LIMITS, ...limits })
  if (expect === 'any') parser.value()
  else parser.filter()
  return parser.problems
    .toSorted((x, y) => x.start - y.start)
    .map(
      ({ code, start, end }) => `${code} at ${expression.slice(start, Math.max(end, start + 1))}`
    )
}
