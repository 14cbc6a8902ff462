import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

/** What each room may import, besides itself and `error.ts`. The table of docs/architecture.md. */
const MAY_KNOW: Record<string, readonly string[]> = {
  lists: [],
  language: ['lists'],
  ray: [],
  recent: [],
  answers: ['ray', 'recent'],
  events: ['ray'],
  visitor: ['lists', 'recent'],
  request: ['language', 'lists'],
  rules: ['language', 'lists', 'visitor', 'answers'],
  client: [],
  personas: ['visitor', 'rules', 'lists', 'language', 'request'],
  proxy: ['answers'],
  error: [],
}

/** Rooms that run on any runtime: no `node:` import, no Node-only package. Their `node/` folders may. */
const WEB_ONLY = [
  'lists',
  'language',
  'ray',
  'answers',
  'client',
  'events',
  'visitor',
  'request',
  'rules',
  'personas',
  'mount',
]

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.contract)\.ts$/.test(entry.name))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))

const roomOf = (file: string) => (file.split('/')[0] ?? '').replace(/\.ts$/, '')

const imports = (file: string): string[] => {
  const text = readFileSync(join(SRC, file), 'utf8')
  return [
    ...text.matchAll(
      /^\s*(?:import|export)[^'"]*?from\s+['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)|^import ['"]([^'"]+)['"]/gm
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!)
}

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

describe('rooms', () => {
  test.each(Object.entries(MAY_KNOW))('%s imports only what it may know', (room, may) => {
    const own = files.filter((file) => roomOf(file) === room)
    expect(own.length).toBeGreaterThan(0)
    const wrong = own.flatMap((file) =>
      imports(file)
        .filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
        .map((specifier) => roomOf(inside(file, specifier)))
        .filter((other) => other !== room && other !== 'error' && !may.includes(other))
        .map((other) => `${file} imports ${other}`)
    )
    expect(wrong).toEqual([])
  })

  test('nothing imports the command line', () => {
    const wrong = files.filter(
      (file) =>
        roomOf(file) !== 'cli' &&
        imports(file).some((name) => name.startsWith('.') && roomOf(inside(file, name)) === 'cli')
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

  test('no file has grown past 400 lines', () => {
    const MAX_LINES = 400
    const long = files
      .map((file) => [file, readFileSync(join(SRC, file), 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > MAX_LINES)
    expect(long).toEqual([])
  })
})
