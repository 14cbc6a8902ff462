import type { Ip } from '../../lists/ip.ts'
import { maxPrefix, networkOf } from '../../lists/ip.ts'
import type { FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'
import { INT, IP } from '../types.ts'
import { either, field } from './parameters.ts'

const fits = (bits: Value, family: 4 | 6) => {
  const count = bits as number | bigint
  return count >= 1 && count <= maxPrefix(family)
}

const checkBits = (bits: Value | undefined, index: number, family: 4 | 6) => {
  if (bits === undefined || fits(bits, family)) return
  throw new ArgumentProblem(
    index,
    `${bits} bits: expected 1 to ${maxPrefix(family)} for IPv${family}`
  )
}

/** Missing if the bits, which may come from a field, are not a valid prefix length of the address's family. */
const network = (ip: Ip, bits: Value): Value | undefined =>
  fits(bits, ip.family) ? networkOf(ip, Number(bits)).from : undefined

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#cidr */
export const addressFunctions: readonly FunctionDefinition[] = [
  {
    name: 'cidr',
    parameters: [
      field('address', [IP]),
      either('ipv4_network_bits', [INT]),
      either('ipv6_network_bits', [INT]),
    ],
    returns: IP,
    evaluate: ([address, v4Bits, v6Bits]) => {
      const ip = address as Ip
      return network(ip, (ip.family === 4 ? v4Bits : v6Bits)!)
    },
    prepare: ({ literals: [, v4Bits, v6Bits] }) => {
      checkBits(v4Bits, 1, 4)
      checkBits(v6Bits, 2, 6)
      return undefined
    },
  },
  {
    name: 'cidr6',
    parameters: [field('address', [IP]), either('ipv6_network_bits', [INT])],
    returns: IP,
    evaluate: ([address, bits]) => {
      const ip = address as Ip
      return ip.family === 4 ? ip : network(ip, bits!)
    },
    prepare: ({ literals: [, bits] }) => {
      checkBits(bits, 1, 6)
      return undefined
    },
  },
]
