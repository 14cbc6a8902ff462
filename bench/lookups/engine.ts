// What the look-ups need of the sources, for a bundle of its own. geoip-lite and the built-in ASNs are there for the comparison with
// geoip-lite; the default sources are others (docs/visitors.md).
export { Ip, parseIp } from '../../src/lists/ip.ts'
export { buildIpMap } from '../../src/lists/ipmap.ts'
export { buildIpSet } from '../../src/lists/ipset.ts'
export { RangeBuffer } from '../../src/lists/ranges.ts'
export { builtInAsn } from '../../src/visitor/asn/builtin.ts'
export { parseFeed } from '../../src/visitor/feeds/parse.ts'
export { geoipLite } from '../../src/visitor/node/geoip-lite.ts'
export { openMmdb } from '../../src/visitor/node/mmdb.ts'
