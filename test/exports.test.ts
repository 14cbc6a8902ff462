// The exports of the package's entries: each is documented in docs/api.md, and each import that documentation shows exists.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as main from 'edge1020'
import * as client from 'edge1020/client'
import * as config from 'edge1020/config'
import * as data from 'edge1020/data'
import * as node from 'edge1020/node'
import * as contract from 'edge1020/store-contract'
import * as testing from 'edge1020/testing'
import * as toolkit from 'edge1020/toolkit'
import { describe, expect, test } from 'vitest'
import { ROOT } from './cli.ts'
import { fencesOf } from './documents.ts'

const ENTRIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  edge1020: main,
  'edge1020/client': client,
  'edge1020/config': config,
  'edge1020/data': data,
  'edge1020/node': node,
  'edge1020/store-contract': contract,
  'edge1020/testing': testing,
  'edge1020/toolkit': toolkit,
}
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  edge1020: ['index.ts', 'exports.ts'],
  'edge1020/client': ['client/index.ts'],
  'edge1020/config': ['config/config.ts'],
  'edge1020/data': ['data.ts'],
  'edge1020/node': ['node.ts', 'exports.ts'],
  'edge1020/store-contract': ['events/store.contract.ts'],
  'edge1020/testing': ['testing/index.ts'],
  'edge1020/toolkit': ['toolkit-entry.ts'],
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const namesIn = (list: string) =>
  list
    .split(',')
    .map((name) =>
      name
        .replace(/^\s*type\s/, '')
        .split(/\sas\s/)[0]!
        .trim()
    )
    .filter((name) => name !== '')

const typesOf = (entry: string): string[] =>
  SOURCES[entry]!.flatMap((file) => {
    const source = read(`src/${file}`)
    return [
      ...[...source.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, list]) => namesIn(list!)),
      ...[...source.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name!),
    ]
  })

const pages = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)

interface Import {
  where: string
  names: string[]
  entry: string
  types: boolean
}

const IMPORT = /import\s+(type\s+)?\{([^}]*)\}\s+from\s+['"](edge1020(?:\/[\w-]+)?)['"]/g
const importsOf = (where: string, text: string): Import[] =>
  [...text.matchAll(IMPORT)].map(([, types, list, entry]) => ({
    where,
    names: namesIn(list!),
    entry: entry!,
    types: types !== undefined,
  }))

const documented = [
  ...['README.md', ...pages('docs')].flatMap((file) =>
    fencesOf(file).flatMap(({ text, line }) => importsOf(`${file}:${line}`, text))
  ),
  ...readdirSync(join(ROOT, 'examples'))
    .filter((file) => /\.m?[jt]s$/.test(file))
    .flatMap((file) => importsOf(`examples/${file}`, read(`examples/${file}`))),
]

describe('imports that documentation and examples show', () => {
  test('are found', () => {
    expect(documented.length).toBeGreaterThan(15)
    for (const entry of Object.keys(ENTRIES)) {
      expect(documented.some((one) => one.entry === entry)).toBe(true)
    }
  })

  test.each(documented)('$where: $names of $entry', ({ names, entry, types }) => {
    expect(Object.keys(ENTRIES)).toContain(entry)
    const known = types ? typesOf(entry) : Object.keys(ENTRIES[entry]!)
    expect(known).toEqual(expect.arrayContaining(names))
  })
})

describe('docs/api.md', () => {
  /** Its sections by the entries that their headings name. */
  const sections = read('docs/api.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...body] = section.split('\n')
      const entries = [...heading.matchAll(/`(edge1020(?:\/[\w-]+)?)`/g)].map(([, entry]) => entry!)
      const text = body.join('\n')
      return {
        entries,
        values: [...text.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name!),
        types: [...(/^Types: ([\s\S]*?)\.$/m.exec(text)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
          ([, name]) => name!
        ),
      }
    })
    .filter(({ entries }) => entries.length > 0)
  const of = (entry: string, kind: 'values' | 'types') =>
    sections
      .filter(({ entries }) => entries.includes(entry))
      .flatMap((section) => section[kind])
      .sort()

  test.each(Object.keys(ENTRIES))('names every export of %s, and no other', (entry) => {
    expect(of(entry, 'values')).toEqual(Object.keys(ENTRIES[entry]!).sort())
  })

  test.each(Object.keys(ENTRIES))('names every type of %s, and no other', (entry) => {
    expect(of(entry, 'types')).toEqual(typesOf(entry).sort())
  })
})

test('the entries for Hono share their functions', () => {
  const shared = Object.keys(main).filter(
    (name) => !['createEdge', 'edge1020', 'loadAll'].includes(name)
  )
  expect(shared.length).toBeGreaterThan(4)
  for (const name of shared) expect(ENTRIES['edge1020/node']![name]).toBe(ENTRIES.edge1020![name])
})
