import { formatIp, Ip } from '../../lists/ip.ts'
import type { FunctionDefinition } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BOOL, BYTES, INT, IP } from '../types.ts'
import { field } from './parameters.ts'

const toText = (value: Value | undefined): string =>
  value instanceof Ip ? formatIp(value) : String(value)

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#to_string */
export const conversionFunctions: readonly FunctionDefinition[] = [
  {
    name: 'to_string',
    parameters: [field('value', [INT, BOOL, IP])],
    returns: BYTES,
    evaluate: ([value]) => toText(value),
  },
]
