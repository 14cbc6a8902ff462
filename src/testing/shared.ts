import { builtInAsn } from '../visitor/asn/builtin.ts'
import { openGeo } from '../visitor/node/geo.ts'
import type { AsnSource, GeoSource } from '../visitor/visitor.ts'

let geo: GeoSource | undefined
let asn: AsnSource | undefined

/**
 * The data on addresses of all test edges of a process. It never changes, and reading the countries takes longer than all else of an
 * edge. Networks are the built-in ones: to compile those of the whole Internet takes seconds.
 */
export const sharedSources = (): { geo: GeoSource; asn: AsnSource } => {
  geo ??= openGeo([]).geo
  asn ??= builtInAsn()
  return { geo, asn }
}
