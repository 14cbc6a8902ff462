import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MAY_IMPORT, OUTERMOST, WEB_ONLY } from './rooms.ts'

const ROOT = resolve(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.contract|\.fixture)\.ts$/.test(entry.name))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))

const roomOf = (file: string) => (file.split('/')[0] ?? '').replace(/\.ts$/, '')

const STATEMENT =
  /^\s*(?:import|export)(\s+type)?\b[^'"]*?from\s+['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)|^import ['"]([^'"]+)['"]/gm

const imports = (file: string): string[] =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(STATEMENT)].map(
    (match) => (match[2] ?? match[3] ?? match[4])!
  )

/** The modules that a text makes load before its own first line: types are gone by then, `import()` comes later. */
const loadedFirst = (text: string): string[] =>
  [...text.matchAll(STATEMENT)].flatMap((match) =>
    match[1] === undefined ? (match[2] ?? match[4] ?? []) : []
  )

const inside = (file: string, specifier: string) =>
  relative(SRC, resolve(dirname(join(SRC, file)), specifier))

const files = sources(SRC)

/** Every file reached from `entry` by static imports. */
const reached = (entry: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const specifier of imports(entry)) {
    if (specifier.startsWith('.') && specifier.endsWith('.ts'))
      reached(inside(entry, specifier), seen)
  }
  return seen
}

/** The first circle that following `graph` runs into, as the files along it; `undefined` where there is none. */
const circleIn = (graph: ReadonlyMap<string, readonly string[]>): string[] | undefined => {
  const finished = new Set<string>()
  const path: string[] = []
  const follow = (file: string): string[] | undefined => {
    if (finished.has(file)) return undefined
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const circle = follow(next)
      if (circle !== undefined) return circle
    }
    path.pop()
    finished.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const circle = follow(file)
    if (circle !== undefined) return circle
  }
  return undefined
}

describe('circles', () => {
  test('no file needs itself at run time, by whatever way', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        loadedFirst(readFileSync(join(SRC, file), 'utf8'))
          .filter((name) => name.startsWith('.') && name.endsWith('.ts'))
          .map((name) => inside(file, name)),
      ])
    )
    expect([...graph.values()].flat().length).toBeGreaterThan(files.length)
    expect(circleIn(graph)).toBeUndefined()
  })

  test.each([
    [{ a: ['b'], b: ['c'], c: [] }, undefined],
    [{ a: ['b', 'c'], b: ['c'], c: [] }, undefined],
    [{ a: ['a'] }, ['a', 'a']],
    [{ a: ['b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
  ])('in %j it is %j', (graph, circle) => {
    expect(circleIn(new Map(Object.entries<string[]>(graph)))).toEqual(circle)
  })

  test.each([
    ["import { a } from './a.ts'", ['./a.ts']],
    ["import type { A } from './a.ts'", []],
    ["import type A from './a.ts'", []],
    ["import {\n  a,\n  type B,\n} from './a.ts'", ['./a.ts']],
    ["export { a } from './a.ts'", ['./a.ts']],
    ["export * from './a.ts'", ['./a.ts']],
    ["export type { A } from './a.ts'", []],
    ["import './a.ts'", ['./a.ts']],
    ["const a = await import('./a.ts')", []],
  ])('%s loads %j', (text, names) => {
    expect(loadedFirst(text)).toEqual(names)
  })
})

describe('rooms', () => {
  test('every file of src is in a room of the table here and of the table in docs/architecture.md', () => {
    const page = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const documented = rows
      .flatMap((row) => [...row.split('|')[1]!.matchAll(/`([\w-]+)(?:\/|\.ts)`/g)])
      .map((match) => match[1]!)
    const rooms = [...new Set(files.map(roomOf))].sort()
    expect(Object.keys(MAY_IMPORT).sort()).toEqual(rooms)
    expect(documented.sort()).toEqual(rooms)
  })

  test.each(
    Object.entries(MAY_IMPORT).flatMap(([room, may]) =>
      may === 'all' ? [] : [[room, may] as const]
    )
  )('%s imports only what it may know', (room, may) => {
    const own = files.filter((file) => roomOf(file) === room)
    const wrong = own.flatMap((file) =>
      imports(file)
        .filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
        .map((specifier) => roomOf(inside(file, specifier)))
        .filter((other) => other !== room && other !== 'error' && !may.includes(other))
        .map((other) => `${file} imports ${other}`)
    )
    expect(wrong).toEqual([])
  })

  test.each(OUTERMOST)('nothing but the command line and the test edge imports %s', (outer) => {
    const wrong = files.filter(
      (file) =>
        ![outer, 'cli', outer === 'node' ? 'testing' : ''].includes(roomOf(file)) &&
        imports(file).some((name) => name.startsWith('.') && roomOf(inside(file, name)) === outer)
    )
    expect(wrong).toEqual([])
  })

  test.each(WEB_ONLY)('%s uses Web standards only outside its node/ folder', (room) => {
    const wrong = files
      .filter((file) => roomOf(file) === room && !file.includes('/node/'))
      .flatMap((file) =>
        imports(file)
          .filter((name) => name.startsWith('node:') || /^(libsql|geoip-lite|undici)/.test(name))
          .map((name) => `${file} imports ${name}`)
      )
    expect(wrong).toEqual([])
  })

  test('the main entry reaches nothing of Node', () => {
    const all = [...reached('index.ts')]
    expect(all.length).toBeGreaterThan(20)
    const wrong = all.flatMap((file) => [
      ...(file.includes('/node/') ? [`${file} is Node's`] : []),
      ...imports(file)
        .filter(
          (name) => name.startsWith('node:') || /^(libsql|geoip-lite|undici|@hono\/node)/.test(name)
        )
        .map((name) => `${file} imports ${name}`),
    ])
    expect(wrong).toEqual([])
  })

  test('what the admin port alone needs of others loads when it is asked', () => {
    const loaded = new Set<string>()
    const libraries = new Set<string>()
    const load = (file: string) => {
      if (loaded.has(file)) return
      loaded.add(file)
      for (const name of loadedFirst(readFileSync(join(SRC, file), 'utf8'))) {
        if (name.startsWith('.') && name.endsWith('.ts')) load(inside(file, name))
        else libraries.add(name)
      }
    }
    load('cli/serve.ts')
    expect(loaded).toContain('admin/routes/graphql.ts')
    expect(libraries).toContain('node:http')
    const late = ['graphql', 'openapi3-ts/oas31', 'prom-client']
    expect(late.filter((name) => libraries.has(name))).toEqual([])
  })

  test('no file has grown past 400 lines', () => {
    const MAX_LINES = 400
    const long = files
      .map((file) => [file, readFileSync(join(SRC, file), 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > MAX_LINES)
    expect(long).toEqual([])
  })
})

test.each([
  ['the text of anything thrown', /instanceof Error \? \w+\.message : /, []],
  [
    'reading a file that has to be UTF-8',
    /fatal: true \}\)\.decode\(readFileSync/,
    ['text-file.ts'],
  ],
])('%s is in one place alone', (_, pattern, places) => {
  const having = files.filter((file) => pattern.test(readFileSync(join(SRC, file), 'utf8')))
  expect(having).toEqual(places)
})
