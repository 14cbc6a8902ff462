// node bench/lookups.mjs [FILE.mmdb ...]: what it costs to find an address among networks, and who asks. Against ipaddr.js,
// net.BlockList, geoip-lite and maxmind as they come, in one run. The comparison with geoip-lite uses its own countries
// (--geo geoip-lite) and the built-in table of ASNs, which are not the defaults. The default countries are measured where their
// file is given: node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb.
import { rmSync } from 'node:fs'
import { BlockList } from 'node:net'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import ipaddr from 'ipaddr.js'
import { build } from 'tsdown'
import { addressIn, anyAddress, kinds, random } from './lookups/networks.mjs'

/** More than the caches hold the answers of. */
const QUERIES = 1_000_000
const ROUNDS = 9
const SMALL = 1_000
const LARGE = 1_000_000
/** Different values in a map, as many as there are autonomous systems of some size. */
const VALUES = 60_000

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

/** Networks as feeds have them: of /16 to /32 anywhere below 224. */
const v4Network = () => {
  const prefix = 16 + (random() % 17)
  const from = ((random() % 0xe0000000) & (0xffffffff << (32 - prefix))) >>> 0
  return { from, to: (from | (prefix === 32 ? 0 : 0xffffffff >>> prefix)) >>> 0, prefix }
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

const median = (values) => values.toSorted((x, y) => x - y)[values.length >>> 1]

/** Memory outside the heap is freed some time after what owned it. */
const settle = async () => {
  for (let i = 0; i < 3; i++) {
    gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** What is built, how long that took, and what it holds in memory. */
const built = async (make) => {
  const before = await settle()
  const begun = process.hrtime.bigint()
  const value = make()
  const ms = Number(process.hrtime.bigint() - begun) / 1e6
  return { value, ms, bytes: (await settle()) - before }
}

/**
 * CPU time of a look-up, median of the rounds. Addresses are kept as words and written into one object: a million objects
 * would push what is searched out of the caches.
 */
const nsOfLookup = (family, words, look) => {
  const ip = new Ip(family, 0, 0, 0, 0)
  const stride = family === 4 ? 1 : 4
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage().user
    let found = 0
    for (let i = 0; i < words.length; i += stride) {
      if (stride === 4) {
        ip.a = words[i]
        ip.b = words[i + 1]
        ip.c = words[i + 2]
      }
      ip.d = words[i + stride - 1]
      found += look(ip)
    }
    if (Number.isNaN(found)) throw new Error('a look-up gave no number')
    return ((process.cpuUsage().user - before) * 1e3 * stride) / words.length
  })
  return median(rounds)
}

const wordsOf = (family, make) => {
  const stride = family === 4 ? 1 : 4
  const words = new Uint32Array(QUERIES * stride)
  for (let i = 0; i < QUERIES; i++) words.set(make(), i * stride)
  return words
}

const fill = (count, family, make) => {
  const ranges = new RangeBuffer()
  const list = Array.from({ length: count }, make)
  const ip = ([a, b, c, d]) => new Ip(6, a, b, c, d)
  for (const [i, { from, to }] of list.entries()) {
    const value = i % VALUES
    if (family === 4) ranges.add4(from[0], to[0], value)
    else ranges.add6(ip(from), ip(to), value)
  }
  return { ranges, list }
}

const timeBoth = (family, { any, drawn }, look) => ({
  any: nsOfLookup(family, any, look),
  drawn: nsOfLookup(family, drawn, look),
})

/** A set and a map of so many networks: look-ups of any address and of addresses drawn from the networks, in no order. */
const measure = async (family, make, count) => {
  const { ranges, list } = fill(count, family, make)
  const queries = {
    any: wordsOf(family, () => anyAddress(family, make)),
    drawn: wordsOf(family, () => addressIn(list[random() % count])),
  }
  list.length = 0
  const set = await built(() => buildIpSet(ranges))
  const map = await built(() => buildIpMap(ranges))
  const loop = timeBoth(family, queries, (ip) => ip.d & 1)
  return {
    loop,
    set: { ...set, ns: timeBoth(family, queries, (ip) => (set.value.has(ip) ? 1 : 0)) },
    map: { ...map, ns: timeBoth(family, queries, (ip) => map.value.find(ip)) },
  }
}

const goalOf = (value, most, text) => `goal < ${text}${value < most ? '' : ', MISSED'}`

const families = async (family, goalNs) => {
  for (const [kind, make] of Object.entries(kinds[family])) {
    console.log(`\nIPv${family}, ${kind}`)
    const small = await measure(family, make, SMALL)
    const large = await measure(family, make, LARGE)
    for (const shape of ['set', 'map']) {
      for (const query of ['any', 'drawn']) {
        const [few, many] = [small[shape].ns[query], large[shape].ns[query]]
        const name = `${shape}, ${query === 'any' ? 'any address' : 'an address from it'}`
        row(`${name}, 1,000,000`, ns(many), goalOf(many, goalNs, `${goalNs} ns`))
        row(
          `${name}, 1,000`,
          ns(few),
          `× ${(many / few).toFixed(2)}, ${goalOf(many / few, 4, '× 4')}`
        )
      }
      const bytes = large[shape].bytes / LARGE
      row(`${shape}, bytes a network`, bytes.toFixed(1), goalOf(bytes, 20, '20'))
      row(`${shape}, built in`, `${large[shape].ms.toFixed(0)} ms`)
    }
    row('(of each look-up, the loop around it)', ns(large.loop.drawn))
  }
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; ${QUERIES.toLocaleString('en')} look-ups, CPU time`
)
await families(4, 50)
await families(6, 200)

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
  const feed = await built(() => parseFeed(bytes, { file: 'bench' }))
  const set = await built(() => buildIpSet(feed.value.ranges))
  row('read', `${feed.ms.toFixed(0)} ms`)
  row('made a set', `${set.ms.toFixed(0)} ms`)
  row('together', `${(feed.ms + set.ms).toFixed(0)} ms`, 'goal < 1000 ms')
}

console.log('\nCountry and ASN of a request, IPv4 (not of the default sources)')
{
  const texts = Array.from({ length: 20_000 }, () => ipText(v4Network().from))
  const ips = texts.map((text) => parseIp(text))
  const [geo, asn] = [geoipLite(), builtInAsn()]
  const own = nsOf(ips, (ip) => (geo.lookup(ip)?.country.length ?? 0) + (asn.lookup(ip)?.asn ?? 0))
  row('edge1020: --geo geoip-lite, built-in ASNs', ns(own), 'goal < 1000 ns')
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
