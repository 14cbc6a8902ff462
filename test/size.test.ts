// The size of the main entry, as an app gets it that is bundled for an edge runtime: it is loaded at each cold start.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import { ROOT } from './cli.ts'

/** What is downloaded and parsed before the first request, compressed. */
const MOST_KB = 60
const KB = 1_000
const SHOWN = 25

const APP = `
import { Hono } from 'hono'
import { createEdge, edge1020 } from 'edge1020'
const edge = createEdge({
  rules: {
    rules: [
      { name: 'no curl', when: { user_agent: 'curl' }, action: 'block' },
      { name: 'no secrets', when: { path: '/.env' }, action: 'block' },
      { name: 'not from there', when: { ip: '192.0.2.0/24' }, action: 'block' },
    ],
  },
})
export default new Hono().use(edge1020(edge)).get('/', (c) => c.text('hello'))
`

const ENTRIES = { edge1020: 'src/index.ts', 'edge1020/data': 'src/data.ts' }
const APP_NAME = 'app.js'

const bytes = (text: string) => gzipSync(text, { level: 9 }).length

/** The app's own chunk and what it loads before it runs; `import()` comes later. */
const bundle = async (app: string) => {
  const built = await rolldown({
    input: APP_NAME,
    cwd: ROOT,
    platform: 'neutral',
    external: [/^hono(?:\/|$)/],
    resolve: {
      alias: Object.fromEntries(
        Object.entries(ENTRIES).map(([name, file]) => [`${name}$`, join(ROOT, file)])
      ),
      mainFields: ['module', 'main'],
    },
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === APP_NAME ? id : null),
        load: (id) => (id === APP_NAME ? app : null),
      },
    ],
  })
  const { output } = await built.generate({ format: 'esm', minify: true })
  await built.close()
  const chunks = new Map(
    output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : []))
  )
  const loaded = new Set(output.filter((file) => file.type === 'chunk' && file.isEntry))
  for (const chunk of loaded) {
    if (chunk.type !== 'chunk') continue
    for (const name of chunk.imports) {
      const next = chunks.get(name)
      if (next !== undefined) loaded.add(next)
    }
  }
  const first = [...loaded].flatMap((file) => (file.type === 'chunk' ? [file] : []))
  return {
    gzipped: first.reduce((sum, { code }) => sum + bytes(code), 0),
    later: [...chunks.values()].filter((chunk) => !loaded.has(chunk)),
    modules: first.flatMap(({ modules }) =>
      Object.entries(modules).map(([id, { code }]) => ({
        name: id.replace(`${ROOT}/`, ''),
        gzipped: bytes(code ?? ''),
      }))
    ),
  }
}

const largest = (modules: readonly { name: string; gzipped: number }[]) =>
  [...modules]
    .sort((x, y) => y.gzipped - x.gzipped)
    .slice(0, SHOWN)
    .map(({ name, gzipped }) => `${String(gzipped).padStart(6)} ${name}`)
    .join('\n')

test(`an app that blocks by user agent, path and address loads at most ${MOST_KB} kB`, async () => {
  const { gzipped, modules } = await bundle(APP)
  expect(modules.some(({ name }) => name === 'src/edge.ts')).toBe(true)
  expect(
    gzipped / KB,
    `the main entry is ${gzipped} bytes gzipped. Its largest modules, before they are minified:\n${largest(modules)}`
  ).toBeLessThan(MOST_KB)
})

test('what only some rules or a match need is loaded then', async () => {
  const LATER = [
    'src/answers/catalogue.json',
    'src/answers/create.ts',
    'src/language/explain.ts',
    'src/language/hints.ts',
    'src/language/functions/table.ts',
    'src/language/regex/parse.ts',
    'src/rules/products/access.ts',
    'src/rules/products/rate-limits.ts',
    'src/rules/zones.ts',
    'src/language/list-problem.ts',
    'src/language/print.ts',
    'src/limits/memory.ts',
    'src/lists/interval-index.ts',
    'src/phases/ip-access.ts',
    'src/phases/rate-limits.ts',
    'src/request/watch-response.ts',
    'src/language/compile/rule-lookups.ts',
    'src/language/functions/sha256.ts',
    'src/language/regex/dfa.ts',
    'src/record.ts',
    'src/request/read-body.ts',
    'src/reserved/error-preview.ts',
    'src/test-overrides.ts',
    'src/visitor/forwarded.ts',
    'src/visitor/overrides.ts',
  ]
  const { modules, later } = await bundle(APP)
  const names = modules.map(({ name }) => name)
  expect(names.filter((name) => LATER.includes(name))).toEqual([])
  const laterNames = later.flatMap(({ moduleIds }) => moduleIds)
  expect(LATER.filter((name) => !laterNames.some((id) => id.endsWith(`/${name}`)))).toEqual([])
})

test('it holds no table that nobody asked for; edge1020/data brings them', async () => {
  const TABLES = /^src\/(?:visitor\/(?:asn|bots)|answers\/languages)\/.*\.json$/
  const tablesOf = (modules: readonly { name: string }[]) =>
    modules.map(({ name }) => name).filter((name) => TABLES.test(name))
  const { modules, later } = await bundle(APP)
  expect(tablesOf(modules)).toEqual([])
  expect(later.flatMap(({ moduleIds }) => moduleIds).some((id) => id.endsWith('de.json'))).toBe(
    true
  )
  const asking = await bundle(
    `export * from 'edge1020/data'\nexport { createEdge } from 'edge1020'`
  )
  expect(tablesOf(asking.modules)).toEqual(
    expect.arrayContaining([
      'src/answers/languages/de.json',
      'src/visitor/asn/networks.json',
      'src/visitor/bots/crawlers.json',
    ])
  )
})
