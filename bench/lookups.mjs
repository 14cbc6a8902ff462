// node bench/lookups.mjs [FILE.mmdb ...]: what it costs to find an address among networks, and who asks. Against ipaddr.js,
// net.BlockList, geoip-lite and maxmind as they come, in one run.
import { rmSync } from 'node:fs'
import { BlockList } from 'node:net'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import ipaddr from 'ipaddr.js'
import { build } from 'tsdown'

const QUERIES = 1 << 20
const ROUNDS = 9
const SMALL = 1_000
const LARGE = 1_000_000

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

// Inside the project, so that its packages are found.
const outDir = fileURLToPath(new URL(`../.edge1020/bench-${process.pid}`, import.meta.url))
await build({
  entry: { engine: new URL('./lookups/engine.ts', import.meta.url).pathname },
  outDir,
  config: false,
  logLevel: 'silent',
  dts: false,
  format: 'esm',
  target: 'es2023',
  platform: 'node',
})
const {
  Ip,
  RangeBuffer,
  buildIpMap,
  buildIpSet,
  builtInAsn,
  geoipLite,
  openMmdb,
  parseFeed,
  parseIp,
} = await import(pathToFileURL(join(outDir, 'engine.mjs')).href)
process.on('exit', () => rmSync(outDir, { recursive: true }))

let state = 1020
const random = () => {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return state >>> 0
}

/** Networks as feeds have them: of /16 to /32 anywhere below 224, of /29 to /64 in the space that registries give out. */
const v4Network = () => {
  const prefix = 16 + (random() % 17)
  const from = ((random() % 0xe0000000) & (0xffffffff << (32 - prefix))) >>> 0
  return { from, to: (from | (prefix === 32 ? 0 : 0xffffffff >>> prefix)) >>> 0, prefix }
}
const REGISTRIES = [0x20010000, 0x24000000, 0x26000000, 0x28000000, 0x2a000000]
const v6Text = (a, b) =>
  `${(a >>> 16).toString(16)}:${(a & 0xffff).toString(16)}:${(b >>> 16).toString(16)}:${(b & 0xffff).toString(16)}::`
const v6Network = () => {
  const prefix = 29 + (random() % 36)
  const registry = REGISTRIES[random() % REGISTRIES.length]
  const a = (registry | (random() & 0x00ffffff)) >>> 0
  const mask = prefix <= 32 ? 0 : 0xffffffff << (64 - prefix)
  const from = parseIp(
    v6Text((a & (prefix < 32 ? 0xfffffff8 : 0xffffffff)) >>> 0, (random() & mask) >>> 0)
  )
  const to = {
    ...from,
    family: 6,
    a: (from.a | (prefix < 32 ? 7 : 0)) >>> 0,
    b: (from.b | ~mask) >>> 0,
    c: 0xffffffff,
    d: 0xffffffff,
  }
  return { from, to, prefix }
}

/** The least that a call took in any round: what other programs on the machine took is left out. */
const nsOf = (queries, call) => {
  let best = Number.POSITIVE_INFINITY
  let sum = 0
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.hrtime.bigint()
    for (let i = 0; i < queries.length; i++) sum += call(queries[i])
    best = Math.min(best, Number(process.hrtime.bigint() - begun) / queries.length)
  }
  if (Number.isNaN(sum)) throw new Error('a look-up gave no number')
  return best
}

const ns = (value) => (value < 1e4 ? `${value.toFixed(1)} ns` : `${(value / 1e3).toFixed(1)} µs`)
const row = (label, text, goal = '') =>
  console.log(`  ${label.padEnd(46)}${text.padStart(12)}  ${goal}`)

const usedBytes = () => {
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The same for addresses, kept as words: half a million objects would push what is searched out of the caches. */
const nsOfAddresses = (words, family, call) => {
  const count = words.length / 4
  let best = Number.POSITIVE_INFINITY
  let sum = 0
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.hrtime.bigint()
    for (let i = 0; i < words.length; i += 4) {
      sum += call(new Ip(family, words[i], words[i + 1], words[i + 2], words[i + 3]))
    }
    best = Math.min(best, Number(process.hrtime.bigint() - begun) / count)
  }
  if (Number.isNaN(sum)) throw new Error('a look-up gave no number')
  return best
}

/** What is built, how long that took, and what it holds in memory. */
const built = (make) => {
  const before = usedBytes()
  const begun = process.hrtime.bigint()
  const value = make()
  const ms = Number(process.hrtime.bigint() - begun) / 1e6
  return { value, ms, bytes: usedBytes() - before }
}

const family = (number, network, add, address, goalNs) => {
  console.log(`\nIPv${number}`)
  const times = {}
  for (const count of [SMALL, LARGE]) {
    const ranges = new RangeBuffer()
    const list = Array.from({ length: count }, network)
    for (const [i, one] of list.entries()) add(ranges, one, i % 60_000)
    // Half of the addresses are somewhere, half in one of the networks, in no order.
    const words = new Uint32Array(QUERIES * 4)
    for (let i = 0; i < QUERIES; i++) {
      const { a, b, c, d } = address(i % 2 === 0 ? network() : list[random() % count])
      words.set([a, b, c, d], i * 4)
    }
    const set = built(() => buildIpSet(ranges))
    const map = built(() => buildIpMap(ranges))
    times[count] = {
      set: nsOfAddresses(words, number, (ip) => (set.value.has(ip) ? 1 : 0)),
      map: nsOfAddresses(words, number, (ip) => map.value.find(ip)),
    }
    const size = count.toLocaleString('en')
    const goal = count === LARGE ? `goal < ${goalNs} ns` : ''
    row(`set of ${size}: look-up`, ns(times[count].set), goal)
    row(`map of ${size}: look-up`, ns(times[count].map), goal)
    if (count === LARGE) {
      row('set: bytes a network', (set.bytes / count).toFixed(1), 'goal < 20')
      row('map: bytes a network', (map.bytes / count).toFixed(1), 'goal < 20')
      row('set: built in', `${set.ms.toFixed(0)} ms`)
      row('map: built in', `${map.ms.toFixed(0)} ms`)
    }
  }
  for (const kind of ['set', 'map']) {
    const ratio = times[LARGE][kind] / times[SMALL][kind]
    row(`${kind}: 1,000,000 ÷ 1,000`, `× ${ratio.toFixed(2)}`, 'goal < 4')
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model}`)
family(
  4,
  v4Network,
  (ranges, { from, to }, value) => ranges.add4(from, to, value),
  ({ from, to }) => parseIp(ipText(from + (random() % (to - from + 1)))),
  50
)
family(
  6,
  v6Network,
  (ranges, { from, to }, value) => ranges.add6(from, to, value),
  ({ from, to }) => {
    const ip = parseIp(v6Text(from.a, (from.b + (random() % (to.b - from.b + 1))) >>> 0))
    return ip
  },
  200
)

function ipText(word) {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
}

console.log('\nPeers, a set of 1,000 IPv4 networks')
{
  const list = Array.from({ length: SMALL }, v4Network)
  const ranges = new RangeBuffer()
  for (const { from, to } of list) ranges.add4(from, to)
  const set = buildIpSet(ranges)
  const texts = Array.from({ length: 2_000 }, () => ipText(v4Network().from))
  const ips = texts.map((text) => parseIp(text))
  const networks = list.map(({ from, prefix }) => ipaddr.parseCIDR(`${ipText(from)}/${prefix}`))
  const parsed = texts.map((text) => ipaddr.parse(text))
  const blocked = new BlockList()
  for (const { from, prefix } of list) blocked.addSubnet(ipText(from), prefix)
  const own = nsOf(ips, (ip) => (set.has(ip) ? 1 : 0))
  const loop = nsOf(parsed, (ip) => (networks.some((network) => ip.match(network)) ? 1 : 0))
  const native = nsOf(texts, (text) => (blocked.check(text) ? 1 : 0))
  row('edge1020', ns(own))
  row('ipaddr.js, one after the other', ns(loop), `× ${(loop / own).toFixed(0)}`)
  row('net.BlockList', ns(native), `× ${(native / own).toFixed(0)}`)
}

console.log('\nLoading a feed of 1,000,000 lines')
{
  const text = Array.from({ length: LARGE }, () => {
    const { from, prefix } = v4Network()
    return `${ipText(from)}/${prefix}\n`
  }).join('')
  const bytes = new TextEncoder().encode(text)
  const feed = built(() => parseFeed(bytes, { file: 'bench' }))
  const set = built(() => buildIpSet(feed.value.ranges))
  row('read', `${feed.ms.toFixed(0)} ms`)
  row('made a set', `${set.ms.toFixed(0)} ms`)
  row('together', `${(feed.ms + set.ms).toFixed(0)} ms`, 'goal < 1000 ms')
}

console.log('\nCountry and ASN of a request, IPv4')
{
  const texts = Array.from({ length: 20_000 }, () => ipText(v4Network().from))
  const ips = texts.map((text) => parseIp(text))
  const [geo, asn] = [geoipLite(), builtInAsn()]
  const own = nsOf(ips, (ip) => (geo.lookup(ip)?.country.length ?? 0) + (asn.lookup(ip)?.asn ?? 0))
  row('edge1020: geoip-lite’s data, built-in ASNs', ns(own), 'goal < 1000 ns')
  const { default: geoip } = await import('geoip-lite')
  const lite = nsOf(texts, (text) => geoip.lookup(text)?.country.length ?? 0)
  row('geoip-lite as it comes, country alone', ns(lite), `× ${(lite / own).toFixed(1)}`)
  const { open } = await import('maxmind')
  for (const path of process.argv.slice(2)) {
    const ours = openMmdb(path)
    const theirs = await open(path)
    const plain = await open(path, { cache: { max: 1 } })
    const look = (ip) =>
      (ours.geo?.lookup(ip)?.country.length ?? 0) + (ours.asn?.lookup(ip)?.asn ?? 0)
    const mine = nsOf(ips, look)
    row(`edge1020: ${ours.name}`, ns(mine))
    const cached = nsOf(texts, (text) => (theirs.get(text) === null ? 0 : 1))
    const uncached = nsOf(texts, (text) => (plain.get(text) === null ? 0 : 1))
    row('maxmind as it comes', ns(cached), `× ${(cached / mine).toFixed(1)}`)
    row('maxmind, its cache too small to help', ns(uncached), `× ${(uncached / mine).toFixed(1)}`)
    ours.close()
  }
}
