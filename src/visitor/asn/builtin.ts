import { parseCidr } from '../../lists/cidr.ts'
import { buildIpMap } from '../../lists/ipmap.ts'
import { RangeBuffer } from '../../lists/ranges.ts'
import type { AsnSource } from '../visitor.ts'
import table from './networks.json' with { type: 'json' }
import type { AsnTable, Network } from './table.ts'
import { tableOf } from './table.ts'

const prefixesOf = ({ prefixes }: { prefixes: readonly string[] }) =>
  prefixes.flatMap((line) => line.split(' '))

export const BUILT_IN_NAME = 'built-in table'

/** The date of the table. */
export const builtInDate = table.date

export const builtInEntries = table.networks.reduce(
  (sum, group) => sum + prefixesOf(group).length,
  0
)

/**
 * The networks that rules name most often: clouds, hosting, content delivery, VPNs and some large access providers. If prefixes
 * overlap, the narrower one counts, as in routing. Takes some milliseconds.
 */
export const builtInTable = (): AsnTable => {
  const networks: Network[] = []
  const ranges = new RangeBuffer()
  for (const group of table.networks) {
    const position = networks.push({ asn: group.asn, name: group.name }) - 1
    for (const prefix of prefixesOf(group)) {
      const parsed = parseCidr(prefix)
      if (parsed.ok) ranges.add(parsed.range, position)
    }
  }
  return tableOf(buildIpMap(ranges), networks.length, (position) => networks[position], {
    entries: builtInEntries,
    date: builtInDate,
  })
}

/**
 * A source of autonomous systems that needs no file, for any runtime.
 *
 * @example createVisitors({ asn: builtInAsn() })
 */
export const builtInAsn = (): AsnSource => {
  let loaded: AsnTable | undefined
  const load = () => {
    loaded ??= builtInTable()
    return loaded
  }
  return {
    name: BUILT_IN_NAME,
    date: builtInDate,
    open: () => {
      load()
    },
    lookup: (ip) => (loaded ?? load()).lookup(ip),
  }
}
