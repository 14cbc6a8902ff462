import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import { openStore } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-open-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  [undefined, (dataDir: string) => join(dataDir, 'events.db')],
  [`sqlite:${join(folder, 'own.db')}`, () => join(folder, 'own.db')],
])('%s is a SQLite file', async (spec, fileIn) => {
  const dataDir = join(folder, 'data')
  const file = fileIn(dataDir)
  const event = eventWith()
  const store = openStore(spec, { dataDir })
  expect(store.name).toBe(`sqlite ${file}`)
  await store.append([event])
  await store.close()
  expect(existsSync(file)).toBe(true)
  const reader = openStore(spec, { dataDir, readOnly: true })
  expect(await reader.query()).toEqual([event])
  await expect(reader.append([event])).rejects.toMatchObject({ code: 'store_read_only' })
  await reader.close()
})

test.each(['memory', 'none'])('%s needs no file', async (spec) => {
  const store = openStore(spec, { dataDir: '/nowhere' })
  expect([store.name, store.discards === true]).toEqual([spec, spec === 'none'])
  await store.close()
})

test.each(['postgres://edge@db.test/site', 'postgresql://edge:s3cret@db.test/site'])(
  '%s is a PostgreSQL',
  async (spec) => {
    const store = openStore(spec, { dataDir: '/nowhere', readOnly: true })
    expect(store.name).toBe('postgres db.test:5432/site')
    await store.close()
  }
)

describe('an invalid store', () => {
  const refusal = (spec: string, readOnly: boolean) => {
    try {
      openStore(spec, { dataDir: folder, readOnly })
    } catch (error) {
      return error
    }
    return undefined
  }

  test.each(['', 'sqlite', 'sqlite:', 'sqlit:x', 'postgres:x', 'Memory'])('%j', (spec) => {
    expect(refusal(spec, false)).toMatchObject({
      code: 'unknown_store',
      message: `store "${spec}": expected memory, none, sqlite:FILE or postgres://HOST/DATABASE`,
    })
  })

  test.each(['memory', 'none', 'other'])('%j, read by another process', (spec) => {
    expect(refusal(spec, true)).toMatchObject({
      code: 'unknown_store',
      message: `store "${spec}": expected sqlite:FILE or postgres://HOST/DATABASE, the only stores that another process can read`,
    })
  })
})
