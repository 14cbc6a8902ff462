// The event store with many events: look-ups, queries over a day, size, what retention costs those who append.
//   npm run build && node bench/events.mjs [EVENTS] [sqlite|sqlite:FILE|postgres://…]
// A FILE is kept, and is not filled again if it is there.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { postgresStore, sqliteStore } from '../dist/node.js'

const EVENTS = Number(process.argv[2] ?? 1_000_000)
const SPEC = process.argv[3] ?? 'sqlite'
const DAYS = 5
const MS_PER_DAY = 86_400_000
const GROUP = 500
const LOOKUPS = 2_000
const RUNS = 5

const startMs = Date.now() - DAYS * MS_PER_DAY
const stepMs = (DAYS * MS_PER_DAY) / EVENTS
const COUNTRIES = ['US', 'DE', 'FR', 'RU', 'CN', 'BR', 'IN', 'NL', 'GB', 'KP']
const AGENTS = Array.from(
  { length: 400 },
  (_, i) => `Mozilla/5.0 (X11; Linux x86_64) Chrome/${100 + (i % 48)}.0.${i}.0 Safari/537.36`
)
const RULES = Array.from({ length: 20 }, (_, i) => ({
  id: `rule-${i}`,
  name: `rule number ${i}`,
  source: `site.yaml:${i * 7 + 3}`,
}))

// A generator of its own: the same events each time.
let seed = 1_020
const random = (limit) => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed % limit
}
const rayOf = (i) => (0x9000_0000_0000_0000n + BigInt(i) * 7_919n).toString(16)

const eventOf = (i) => {
  const rule = RULES[random(RULES.length)]
  const userAgent = random(10) === 0 ? `bot-${i}/1.0` : AGENTS[random(AGENTS.length)]
  const expression = `http.user_agent contains "${rule.id}" and ip.geoip.country in {"RU" "CN"}`
  return {
    ray: rayOf(i),
    colo: 'LOC',
    time: new Date(startMs + i * stepMs).toISOString(),
    action: random(4) === 0 ? 'log' : 'block',
    source: 'firewallcustom',
    rule,
    expression,
    matched: [
      {
        field: 'http.user_agent',
        value: userAgent,
        expression: `http.user_agent contains "${rule.id}"`,
      },
    ],
    matchIndex: 0,
    ip: `${10 + random(100)}.${random(256)}.${random(256)}.${random(256)}`,
    country: COUNTRIES[random(COUNTRIES.length)],
    asn: 64_496 + random(500),
    asnName: `Network ${random(500)}`,
    userAgent,
    method: 'GET',
    scheme: 'https',
    host: 'shop.example',
    path: random(3) === 0 ? `/products/${random(100_000)}` : '/login',
    query: random(2) === 0 ? '' : `?q=${random(1_000)}`,
    protocol: 'HTTP/2',
    status: 403,
    notes: [],
  }
}

const folder = mkdtempSync(join(tmpdir(), 'edge1020-bench-'))
const kept = SPEC.startsWith('sqlite:') ? SPEC.slice('sqlite:'.length) : undefined
const file = kept ?? join(folder, 'events.db')
const isPostgres = SPEC.startsWith('postgres')
const open = (options = {}) => {
  const all = {
    maxBytes: 1e12,
    maxAgeDays: 365,
    onTrouble: (error) => console.error(error.message),
    ...options,
  }
  return isPostgres ? postgresStore(SPEC, all) : sqliteStore(file, all)
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
const times = async (count, act) => {
  const taken = []
  for (let i = 0; i < count; i++) {
    const from = performance.now()
    await act(i)
    taken.push(performance.now() - from)
  }
  return taken.sort((x, y) => x - y)
}
const shown = (sorted) =>
  `median ${quantile(sorted, 0.5).toFixed(2)} ms, p99 ${quantile(sorted, 0.99).toFixed(2)} ms, longest ${sorted.at(-1).toFixed(2)} ms`

const drained = async (store) => {
  while (store.state().waiting > 0) await new Promise((resolve) => setTimeout(resolve, 100))
}

const isFilled = kept !== undefined && existsSync(kept)
let store = open()
const fill = async () => {
  const fillFrom = performance.now()
  for (let i = 0; i < EVENTS; i += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, EVENTS - i) }, (_, j) => eventOf(i + j))
    await Promise.all(group.map((event) => store.append([event])))
    if (i % 50_000 === 0) await drained(store)
  }
  await drained(store)
  console.log(`${EVENTS} events in ${((performance.now() - fillFrom) / 1_000).toFixed(0)} s`)
}
if (!isFilled) await fill()
// The columns of events are sealed when nothing else is to do.
await new Promise((resolve) => setTimeout(resolve, EVENTS / 100))
await store.close()
if (!isPostgres) console.log(`${(statSync(file).size / EVENTS).toFixed(0)} bytes an event`)

store = open()
await store.find(rayOf(0))
console.log(
  `look-up of a Ray ID: ${shown(await times(LOOKUPS, () => store.find(rayOf(random(EVENTS)))))}`
)
const from = startMs + 2 * MS_PER_DAY
const day = { from, to: from + MS_PER_DAY }
const QUERIES = {
  'page of a day, newest first': () => store.page({ ...day }),
  'page of a day, one country and rule': () =>
    store.page({
      ...day,
      where: [
        { field: 'country', operator: 'is', value: 'KP' },
        { field: 'rule', operator: 'is', value: 'rule-7' },
      ],
    }),
  'page of a day, one network': () =>
    store.page({ ...day, where: [{ field: 'ip', operator: 'inNetwork', value: '20.30.0.0/16' }] }),
  'page of a day, free text': () => store.page({ ...day, text: 'products/4242' }),
  'top rules and countries of a day': () => store.top({ ...day, by: ['rule', 'country'] }),
  'top addresses of a day': () => store.top({ ...day, by: ['ip'] }),
  'series of a day, by action and hour': () =>
    store.series({ ...day, bucketSeconds: 3_600, by: 'action' }),
}
for (const [name, ask] of Object.entries(QUERIES))
  console.log(`${name}: ${shown(await times(RUNS, ask))}`)
await store.close()

if (isFilled) process.exit()

// Retention removes a tenth while somebody appends.
store = open({ maxEvents: Math.floor(EVENTS * 0.9) })
const appends = []
let last = EVENTS
while (store.state().evicted < EVENTS * 0.09 && appends.length < 200_000) {
  appends.push(...(await times(20, () => store.append([eventOf(last++)]))))
  await new Promise((resolve) => setImmediate(resolve))
}
console.log(
  `append while ${store.state().evicted} events are removed: ${shown(appends.sort((x, y) => x - y))}`
)
await store.close()
rmSync(folder, { recursive: true })
