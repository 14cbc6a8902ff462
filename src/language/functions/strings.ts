import type { FunctionDefinition } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BOOL, BYTES, INT } from '../types.ts'
import { either, field, literal, optional } from './parameters.ts'

const NOT_ASCII = /[\x80-\xff]/
const UPPER = /[A-Z]+/g
const LOWER = /[a-z]+/g

/** JavaScript would also fold Latin-1 letters, which here are parts of UTF-8 sequences. */
const lower = (bytes: string): string =>
  NOT_ASCII.test(bytes) ? bytes.replace(UPPER, (run) => run.toLowerCase()) : bytes.toLowerCase()

const upper = (bytes: string): string =>
  NOT_ASCII.test(bytes) ? bytes.replace(LOWER, (run) => run.toUpperCase()) : bytes.toUpperCase()

const hexEscape = (byte: string) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`

/** Matches any one of the bytes; matches nothing if there are none. */
const anyOf = (bytes: string): RegExp => new RegExp(`[${[...bytes].map(hexEscape).join('')}]+`, 'g')

/**
 * Functions on strings. Letters are ASCII letters; lengths and indexes count bytes.
 *
 * Not documented and chosen here: `substring` limits indexes outside the value to its ends, and returns '' if the end is
 * not after the start.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/
 */
export const stringFunctions: readonly FunctionDefinition[] = [
  {
    name: 'lower',
    parameters: [either('source')],
    returns: BYTES,
    evaluate: ([source]) => lower(source as string),
  },
  {
    name: 'upper',
    parameters: [either('source')],
    returns: BYTES,
    evaluate: ([source]) => upper(source as string),
  },
  {
    name: 'len',
    parameters: [either('source', [BYTES, 'Array'])],
    returns: INT,
    evaluate: ([source]) => (source as string | readonly Value[]).length,
    engineMissing: 0,
  },
  {
    name: 'starts_with',
    parameters: [field('source'), either('substring')],
    returns: BOOL,
    evaluate: ([source, part]) => (source as string).startsWith(part as string),
  },
  {
    name: 'ends_with',
    parameters: [field('source'), either('substring')],
    returns: BOOL,
    evaluate: ([source, part]) => (source as string).endsWith(part as string),
  },
  {
    name: 'substring',
    parameters: [field('source'), either('start', [INT]), optional(either('end', [INT]))],
    returns: BYTES,
    evaluate: ([source, start, end]) =>
      (source as string).slice(Number(start), end === undefined ? undefined : Number(end)),
  },
  {
    name: 'remove_bytes',
    parameters: [either('source'), literal('bytes')],
    returns: BYTES,
    evaluate: ([source, bytes]) => (source as string).replace(anyOf(bytes as string), ''),
    prepare: ({ literals: [, bytes] }) => {
      const removed = anyOf(bytes as string)
      return ([source]) => (source as string).replace(removed, '')
    },
  },
]
