import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import { sqliteStore } from '../events/node/sqlite.ts'
import { cli } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-doctor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const SITE = write(
  'site.yaml',
  'rules:\n  - { name: no curl, when: { user_agent: curl }, action: block }\n'
)
const PRINTS = write(
  'prints.yaml',
  'rules:\n  - { name: by print, expression: cf.bot_management.ja3_hash eq "a", action: block }\n'
)
const BROKEN = write(
  'broken.yaml',
  'rules:\n  - { name: a, expression: http.hots, action: block }\n'
)
const NO_DATA = join(folder, 'none')

interface Finding {
  level: string
  what: string
  text: string
}

const doctor = async (...argv: string[]) => {
  const { code, out } = await cli('doctor', '--json', ...argv)
  const { findings }: { findings: Finding[] } = JSON.parse(out)
  const of = (wanted: string) => findings.filter(({ what }) => what === wanted)
  return { code, findings, of }
}

test('a fresh folder is sound: nothing is there yet', async () => {
  const { code, of, findings } = await doctor('--data', NO_DATA)
  expect(code).toBe(0)
  expect(of('node')).toEqual([{ level: 'ok', what: 'node', text: process.version }])
  expect(of('data')).toMatchObject([
    { level: 'ok', text: expect.stringContaining('does not exist yet') },
  ])
  expect(of('events')).toMatchObject([
    { level: 'ok', text: expect.stringContaining('no event store') },
  ])
  expect(of('rules')).toEqual([])
  expect(findings.filter(({ level }) => level === 'error')).toEqual([])
})

test('reports the event store with its latest event', async () => {
  const data = join(folder, 'data')
  mkdirSync(data)
  const store = sqliteStore(join(data, 'events.db'))
  const event = eventWith({})
  await store.append([event])
  await store.close()
  const { of } = await doctor('--data', data)
  expect(of('data')).toEqual([{ level: 'ok', what: 'data', text: data }])
  expect(of('events')).toMatchObject([{ level: 'ok', text: expect.stringContaining(event.time) }])
})

test('counts rules and warns of missing data; --strict turns the warning into exit code 1', async () => {
  const sound = await doctor('--data', NO_DATA, '--rules', SITE)
  expect(sound.of('rules')).toEqual([
    { level: 'ok', what: 'rules', text: `1 of 1 enabled in ${SITE}` },
  ])
  const lacking = await doctor('--data', NO_DATA, '--rules', PRINTS)
  expect(lacking.code).toBe(0)
  expect(lacking.of('rules')).toMatchObject([
    { level: 'ok' },
    { level: 'warning', text: expect.stringContaining('ja3_hash') },
  ])
  expect(await doctor('--data', NO_DATA, '--rules', PRINTS, '--strict')).toMatchObject({ code: 1 })
  const withTls = await doctor('--data', NO_DATA, '--rules', PRINTS, '--tls')
  expect(withTls.of('rules')).toMatchObject([{ level: 'ok' }])
})

test('reports every broken source', async () => {
  const { code, of } = await doctor('--data', SITE, '--rules', BROKEN, '--asn-data', NO_DATA)
  expect(code).toBe(1)
  expect(of('data')).toMatchObject([{ level: 'error', text: expect.stringContaining('a file') }])
  expect(of('rules')).toMatchObject([
    { level: 'error', text: expect.stringContaining('http.hots') },
  ])
  expect(of('--asn-data')).toMatchObject([
    { level: 'error', text: expect.stringContaining(NO_DATA) },
  ])
})

test('prints a mark, the subject and the text on each line; further lines are indented', async () => {
  const { code, out } = await cli('doctor', '--data', NO_DATA, '--rules', BROKEN)
  expect(code).toBe(1)
  const lines = out.split('\n')
  expect(lines[0]).toMatch(/^ok {7}node +v\d/)
  const at = lines.findIndex((line) => line.startsWith('error    rules'))
  const column = lines[0]!.indexOf(process.version)
  expect(lines[at]!.slice(column - 1, column + 1)).toMatch(/ \S/)
  expect(lines[at + 1]!.slice(0, column).trim()).toBe('')
})

test('a path without its flag is wrong usage', async () => {
  const { error } = await cli('doctor', SITE)
  expect(error).toMatchObject({
    code: 'wrong_usage',
    message: expect.stringContaining('name rules with --rules'),
  })
})
