/**
 * The built-in table of networks, src/visitor/asn/networks.json.
 *
 *   node scripts/asn-table.mjs                     checks its shape and prints what it holds; exit code 1 where it is wrong
 *   node scripts/asn-table.mjs --write             sorts, merges and wraps it as well
 *   node scripts/asn-table.mjs --from FILE --date YYYY-MM
 *                                                  takes the networks anew from iptoasn.com's TSV (plain or gzipped)
 *   node scripts/asn-table.mjs --from FILE --date YYYY-MM --add 13335,15169
 *                                                  adds what the TSV has of these and the table lacks
 *
 * None of it needs the Internet. After a change: npx biome check --write src/visitor/asn/networks.json
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import ipaddr from 'ipaddr.js'

const TABLE = new URL('../src/visitor/asn/networks.json', import.meta.url)
const MAX_BYTES = 150_000
const LINE_CHARS = 88
/** Of one autonomous system, when taken anew: the largest ones. */
const MAX_PREFIXES = 120
const MAX_ASN = 2 ** 32 - 1
const DATE = /^(?:\d{4}(?:-\d\d){0,2})?$/

/** @typedef {{ family: 4 | 6, first: bigint, bits: number }} Prefix */

const widthOf = (family) => (family === 4 ? 32 : 128)
const sizeOf = ({ family, bits }) => 1n << BigInt(widthOf(family) - bits)
const lastOf = (prefix) => prefix.first + sizeOf(prefix) - 1n

const numberOf = (address) =>
  address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)

const addressText = (family, number) => {
  const bytes = Array.from({ length: widthOf(family) / 8 }, (_, i) =>
    Number((number >> BigInt(widthOf(family) - 8 * (i + 1))) & 255n)
  )
  return ipaddr.fromByteArray(bytes).toString()
}

const prefixText = ({ family, first, bits }) => `${addressText(family, first)}/${bits}`

/** @returns {Prefix} */
const parsePrefix = (text) => {
  const [address, bits] = ipaddr.parseCIDR(text)
  const family = address.kind() === 'ipv4' ? 4 : 6
  return { family, first: numberOf(address), bits }
}

/** Prefixes that make up a run of addresses, as few as possible. */
const prefixesOf = (family, first, last) => {
  const prefixes = []
  for (let at = first; at <= last; ) {
    let bits = widthOf(family)
    while (bits > 0) {
      const wider = { family, first: at, bits: bits - 1 }
      if (at % sizeOf(wider) !== 0n || lastOf(wider) > last) break
      bits--
    }
    prefixes.push({ family, first: at, bits })
    at += sizeOf({ family, bits })
  }
  return prefixes
}

const inOrder = (x, y) =>
  x.family - y.family || (x.first < y.first ? -1 : x.first > y.first ? 1 : x.bits - y.bits)

/** Sorted, without what others hold, touching ones made one. */
const merged = (prefixes) => {
  const runs = []
  for (const prefix of [...prefixes].sort(inOrder)) {
    const run = runs.at(-1)
    const { family, first } = prefix
    if (run?.family === family && first <= run.last + 1n) {
      if (lastOf(prefix) > run.last) run.last = lastOf(prefix)
    } else runs.push({ family, first, last: lastOf(prefix) })
  }
  return runs.flatMap(({ family, first, last }) => prefixesOf(family, first, last))
}

const overlaps = (x, y) => x.family === y.family && x.first <= lastOf(y) && y.first <= lastOf(x)

const wrapped = (prefixes) => {
  const lines = []
  for (const text of prefixes.map(prefixText)) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + text.length <= LINE_CHARS) {
      lines[lines.length - 1] = `${line} ${text}`
    } else lines.push(text)
  }
  return lines
}

const prefixesOfGroup = ({ prefixes }) => prefixes.join(' ').split(' ').map(parsePrefix)

const problemsOf = (table) => {
  const problems = []
  const names = new Map()
  const seen = new Map()
  for (const group of table.networks) {
    const { asn, name, source, date, from, prefixes } = group
    const here = `AS${asn} from ${source}`
    const say = (problem) => problems.push(`${here}: ${problem}`)
    if (!Number.isInteger(asn) || asn < 1 || asn > MAX_ASN) say('asn is not a number of one')
    if (typeof name !== 'string' || name.trim() !== name || name === '') say('name is missing')
    if (names.has(asn) && names.get(asn) !== name) say(`its name is also ${names.get(asn)}`)
    names.set(asn, name)
    if (!Object.hasOwn(table.sources, source)) say('the source is not among the sources')
    if (!DATE.test(date)) say(`date ${date} is not YYYY, YYYY-MM or YYYY-MM-DD`)
    if (typeof from !== 'string') say('from is missing')
    if (!Array.isArray(prefixes) || prefixes.length === 0) {
      say('prefixes are missing')
      continue
    }
    for (const text of prefixes.join(' ').split(' ')) {
      if (!ipaddr.isValidCIDR(text)) {
        say(`"${text}" is not a prefix`)
        continue
      }
      const prefix = parsePrefix(text)
      if (prefixText(prefix) !== text || prefix.first % sizeOf(prefix) !== 0n) {
        say(`"${text}" is not written as it should be`)
      }
      if (seen.has(text)) say(`"${text}" is also of ${seen.get(text)}`)
      seen.set(text, here)
    }
  }
  return problems
}

const readRows = (file) => {
  const bytes = readFileSync(file)
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [from, to, asn, , name] = line.split('\t')
      const family = from.includes(':') ? 6 : 4
      const [first, last] = [from, to].map((address) => numberOf(ipaddr.parse(address)))
      return { family, first, last, asn: Number(asn), name }
    })
}

const grouped = (items, key) => {
  const groups = new Map()
  for (const item of items) groups.set(item[key], [...(groups.get(item[key]) ?? []), item])
  return groups
}

/** Groups of these autonomous systems as the TSV has them. */
const groupsFrom = (file, date, asns) => {
  const rows = readRows(file).filter(({ asn }) => asns.has(asn))
  return [...grouped(rows, 'asn')].map(([asn, own]) => ({
    asn,
    name: own[0].name,
    source: 'iptoasn',
    date,
    from: '',
    own: merged(own.flatMap(({ family, first, last }) => prefixesOf(family, first, last))),
  }))
}

const largest = (prefixes) =>
  [...prefixes]
    .sort((x, y) => x.bits / widthOf(x.family) - y.bits / widthOf(y.family))
    .slice(0, MAX_PREFIXES)

const adopt = (table, { from, date, add }) => {
  const known = new Set(table.networks.map(({ asn }) => asn))
  const asns = add === undefined ? known : new Set(add.split(',').map(Number))
  const fresh = groupsFrom(from, date, asns)
  const found = new Set(fresh.map(({ asn }) => asn))
  const kept =
    add === undefined ? table.networks.filter(({ asn }) => !found.has(asn)) : table.networks
  const there = kept.flatMap(prefixesOfGroup)
  const nameOf = (asn) => kept.find((group) => group.asn === asn)?.name
  const groups = fresh.map(({ own, ...group }) => {
    const wanted =
      add === undefined
        ? largest(own)
        : own.filter((prefix) => !there.some((other) => overlaps(prefix, other)))
    return { ...group, name: nameOf(group.asn) ?? group.name, prefixes: wanted.map(prefixText) }
  })
  table.networks = [...kept, ...groups.filter(({ prefixes }) => prefixes.length > 0)]
}

/** What a group already holds is not repeated by a later one of the same autonomous system. */
const tidy = (table) => {
  const done = new Map()
  table.networks = table.networks
    .map((group) => {
      const before = done.get(group.asn) ?? []
      const own = merged(prefixesOfGroup(group)).filter(
        (prefix) =>
          !before.some(
            (other) =>
              overlaps(prefix, other) &&
              other.first <= prefix.first &&
              lastOf(other) >= lastOf(prefix)
          )
      )
      done.set(group.asn, [...before, ...own])
      const { asn, name, source, date, from } = group
      return { asn, name, source, date, from, prefixes: wrapped(own) }
    })
    .filter(({ prefixes }) => prefixes.length > 0)
    .sort((x, y) => x.asn - y.asn)
}

const { values } = parseArgs({
  options: {
    write: { type: 'boolean' },
    from: { type: 'string' },
    date: { type: 'string', default: '' },
    add: { type: 'string' },
  },
})

const table = JSON.parse(readFileSync(TABLE, 'utf8'))
if (values.from !== undefined) adopt(table, values)
if (values.write || values.from !== undefined) {
  tidy(table)
  writeFileSync(TABLE, `${JSON.stringify(table, null, 2)}\n`)
}

const problems = problemsOf(table)
const bytes = readFileSync(TABLE).length
if (bytes > MAX_BYTES) problems.push(`it has ${bytes} bytes, more than ${MAX_BYTES}`)
for (const problem of problems) process.stderr.write(`${problem}\n`)

const count = (groups) => groups.reduce((sum, group) => sum + prefixesOfGroup(group).length, 0)
for (const [source, groups] of grouped(table.networks, 'source')) {
  process.stdout.write(`${source}: ${count(groups)} prefixes in ${groups.length} groups\n`)
}
const asns = new Set(table.networks.map(({ asn }) => asn)).size
process.stdout.write(
  `${count(table.networks)} prefixes of ${asns} autonomous systems, ${bytes} bytes\n`
)
process.exitCode = problems.length > 0 ? 1 : 0
