import { membersOf, oneOf, wrong } from '../control/given.ts'
import { EdgeError } from '../error.ts'
import { toBytes } from '../language/bytes.ts'
import type { Personas } from '../visitor/persona.ts'

/** Facts of a visitor. Each corresponds to an `x-edge-…` header. */
export interface WhoFacts {
  /** The persona whose facts are the defaults. */
  as?: string
  ip?: string
  /** Two letters of ISO 3166-1, `T1` for Tor, `XX` for unknown. */
  country?: string
  asn?: number
  ja3?: string
  ja4?: string
  /** Values of any field of the Rules language. */
  fields?: Readonly<Record<string, unknown>>
  /** `pass`: challenges let this visitor through. */
  challenge?: 'pass'
}

/** A visitor: the name of a persona, or facts. */
export type Who = string | WhoFacts

const NAMES = ['as', 'ip', 'country', 'asn', 'ja3', 'ja4', 'fields', 'challenge'] as const

const checkPersona = (name: unknown, personas: Personas) => {
  if (typeof name !== 'string') throw wrong('as', name, 'the name of a persona')
  if (personas.get(name) !== undefined) return
  const near = personas.near(name)
  const hint =
    near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : `expected one of ${personas.names.join(', ')}`
  throw new EdgeError('invalid_test', `as: there is no persona "${name}": ${hint}`)
}

/**
 * Returns the headers that give a request the facts of a visitor. It checks personas, challenges and fields, because the edge would
 * answer wrong ones with 400.
 *
 * @throws EdgeError `invalid_test`
 * @example headersOf('tor-exit', personas) // { 'x-edge-as': 'tor-exit' }
 */
export const headersOf = (who: unknown, personas: Personas): Record<string, string> => {
  if (typeof who === 'string') {
    checkPersona(who, personas)
    return { 'x-edge-as': who }
  }
  const facts = membersOf('as', who, NAMES)
  const headers: Record<string, string> = {}
  for (const name of NAMES) {
    const value = facts[name]
    if (value === undefined) continue
    if (name === 'as') checkPersona(value, personas)
    if (name === 'challenge') oneOf('as: challenge', value, ['pass'])
    if (name === 'fields' && (typeof value !== 'object' || value === null)) {
      throw wrong('as: fields', value, "an object, e.g. { 'cf.bot_management.score': 5 }")
    }
    headers[`x-edge-${name}`] = name === 'fields' ? toBytes(JSON.stringify(value)) : String(value)
  }
  return headers
}
