import { isCode } from '../answers/codes.ts'
import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { PhaseName } from '../phases/names.ts'
import type { EventSource } from '../phases/phase.ts'
import { wrong } from './given.ts'

/** Up to here codes are those of a failing origin, which has the same number as its status. */
const LAST_ORIGIN_CODE = 599
const LAST_CODE = 1299

const known = Array.from({ length: LAST_CODE + 1 }, (_, code) => code).filter(isCode)
const ORIGIN_CODES = known.filter((code) => code <= LAST_ORIGIN_CODE)
/** The commonest first: of codes that are as near it is meant. */
const REFUSAL_CODES = [1020, ...known.filter((code) => code > LAST_ORIGIN_CODE)]

export const isOriginCode = (code: unknown): boolean => ORIGIN_CODES.includes(code as number)

const codeOf = (what: string, value: unknown, codes: readonly number[], hint: string): number => {
  if (codes.includes(value as number)) return value as number
  if (typeof value !== 'number') throw wrong(what, value, `a number such as ${hint}`)
  const near = nearest(String(value), codes.map(String))
  throw new EdgeError(
    'invalid_test',
    `${what}: there is no error ${value} here: ${near === undefined ? `expected a code such as ${hint}` : `did you mean ${near}?`}`
  )
}

/** @throws EdgeError `invalid_test` */
export const refusalCode = (what: string, value: unknown): number => {
  if (isOriginCode(value)) {
    throw new EdgeError(
      'invalid_test',
      `${what}: ${String(value)} is an error of the origin: expected originDown(${String(value)}) for it`
    )
  }
  return codeOf(what, value, REFUSAL_CODES, '1020')
}

/** @throws EdgeError `invalid_test` */
export const originCode = (what: string, value: unknown): number =>
  codeOf(what, value, ORIGIN_CODES, '522')

export const RATE_LIMITED = 1015

interface Product {
  readonly name: PhaseName
  readonly source: EventSource
}

const CUSTOM: Product = { name: 'custom-rules', source: 'firewallcustom' }
const IP: Product = { name: 'ip-access', source: 'ip' }

/** The products whose refusals have a code of their own: the event of a forced one is like theirs. */
const PRODUCTS: Readonly<Record<number, Product>> = {
  1005: { name: 'ip-access', source: 'asn' },
  1006: IP,
  1007: IP,
  1008: IP,
  1009: { name: 'ip-access', source: 'country' },
  1010: { name: 'custom-rules', source: 'bic' },
  [RATE_LIMITED]: { name: 'rate-limits', source: 'ratelimit' },
  1106: IP,
}

export const productOf = (code: number): Product => PRODUCTS[code] ?? CUSTOM
