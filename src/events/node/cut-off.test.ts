// What other programs, and other edges, do to journals that are written.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { rayTime } from '../../ray.ts'
import { eventWith } from '../event.fixture.ts'
import { contentsOf, openForWriting } from './database.ts'
import { Drain } from './drain.ts'
import { journalName, newOwner, type Owner, placesOf } from './journal-names.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-cut-off-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => {
  const file = join(folder, `${files++}`, 'events.db')
  mkdirSync(dirname(file))
  return file
}

let made = 0
/** A gap ends now: these events have the time of the clock, whatever that of the other tests is. */
const newEvent = () => {
  const now = Date.now()
  const tick = Math.floor((now - rayTime('0'.repeat(16))) / 10)
  const ray = `${tick.toString(16).padStart(9, '0')}${String(made++).padStart(7, '0')}`
  return eventWith({ ray, time: new Date(now).toISOString() })
}

const journalOf = (file: string): string => {
  const [name] = readdirSync(dirname(file)).filter((name) => name.includes('.new-'))
  return join(dirname(file), name!)
}

const opened = () => {
  const file = newFile()
  const notices: string[] = []
  const store = sqliteStore(file, {
    onStoreFailure: 'hold',
    onNotice: (message) => notices.push(message),
  })
  onTestFinished(() => store.close())
  const inTables = () => expect.poll(() => store.state().waiting, { timeout: 20_000 }).toBe(0)
  const rayOrder = async () => (await store.query()).map(({ ray }) => ray).sort()
  return { file, store, notices, inTables, rayOrder }
}

describe('a journal that another program truncates while it is written', () => {
  test('emptied: finds later events, and reports none as missing', async () => {
    const { file, store, inTables, rayOrder } = opened()
    const [early, late, later] = [newEvent(), newEvent(), newEvent()]
    await store.append([early])
    await inTables()
    truncateSync(journalOf(file), 0)
    await store.append([late])
    // While the store leaves the journal, a look-up may come a moment too early.
    await expect.poll(async () => (await store.find(late.ray)).found).toBe(true)
    await inTables()
    await store.append([later])
    await inTables()
    expect(await rayOrder()).toEqual([early, late, later].map(({ ray }) => ray).sort())
    expect(store.state()).toMatchObject({ lost: 0, gaps: [] })
  })

  test('shortened: counts no event twice', async () => {
    const { file, store, inTables, rayOrder } = opened()
    const events = [newEvent(), newEvent()]
    await store.append([events[0]!])
    const { size } = statSync(journalOf(file))
    await store.append([events[1]!])
    await inTables()
    truncateSync(journalOf(file), size)
    events.push(newEvent())
    await store.append([events[2]!])
    await inTables()
    expect(await rayOrder()).toEqual(events.map(({ ray }) => ray).sort())
    expect(store.state()).toMatchObject({ lost: 0, gaps: [] })
  })

  test('reports events that were not in the tables yet as a gap', async () => {
    const { file, store, notices, inTables, rayOrder } = opened()
    const [early, lost, late] = [newEvent(), newEvent(), newEvent()]
    await store.append([early])
    await inTables()
    const other = new Database(file)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    await store.append([lost])
    const journal = journalOf(file)
    truncateSync(journal, 0)
    await store.append([late])
    other.exec('COMMIT')
    await inTables()
    expect(await rayOrder()).toEqual([early, late].map(({ ray }) => ray).sort())
    expect(await store.find(lost.ray)).toMatchObject({
      found: false,
      reason: 'gap',
      message: expect.stringContaining(`another program truncated the journal ${journal}`),
    })
    expect(store.state()).toMatchObject({ lost: 1, gaps: [{ count: 1 }] })
    expect(notices).toContainEqual(expect.stringContaining('truncated the journal'))
  })

  test('closes a truncated journal at once, even without new events', async () => {
    const { file, store, inTables } = opened()
    await store.append([newEvent()])
    await inTables()
    const journal = journalOf(file)
    truncateSync(journal, 0)
    await expect.poll(() => existsSync(journal), { timeout: 20_000 }).toBe(false)
    expect(store.state()).toMatchObject({ lost: 0, gaps: [] })
  })
})

const drainOf = (file: string, lostNames: string[] = []) => {
  const db = openForWriting(file, 'commit')
  const contents = contentsOf(db, file)
  const drain = new Drain(
    {
      file,
      durability: 'commit',
      contents,
      maxAgeMs: Number.POSITIVE_INFINITY,
      maxBytes: Number.POSITIVE_INFINITY,
      maxEvents: Number.POSITIVE_INFINITY,
    },
    {
      onTaken: () => {},
      onEvicted: () => {},
      onTrouble: () => {},
      onNotice: () => {},
      onLostName: (path) => lostNames.push(path),
    }
  )
  onTestFinished(() => {
    drain.close()
    db.close()
  })
  const rest = () => {
    drain.tick()
    while (drain.step()) expect(drain.trouble).toBeUndefined()
    expect(drain.trouble).toBeUndefined()
  }
  const count = () => (db.prepare('SELECT count(*) AS n FROM events').get() as { n: number }).n
  return { drain, db, rest, count }
}

const journalBy = (file: string, owner: Owner): string => {
  const [place] = placesOf(file)
  const path = join(place.directory, journalName(place, owner, 0))
  writeFileSync(path, `${JSON.stringify([newEvent()])}\n`)
  return path
}

/** Two hours: longer than a journal is left alone. */
const makeOld = (path: string) => {
  const then = new Date(Date.now() - 7_200_000)
  utimesSync(path, then, then)
}

describe('several edges in one directory', () => {
  test('keeps the journal of a running edge without events, and removes an old one of another host', () => {
    const file = newFile()
    const { rest, count } = drainOf(file)
    const running = journalBy(file, { ...newOwner(), pid: process.ppid })
    const elsewhere = journalBy(file, { ...newOwner(), host: '00000000' })
    const young = journalBy(file, { ...newOwner(), host: '00000001' })
    for (const path of [running, elsewhere]) makeOld(path)
    rest()
    expect([running, elsewhere, young].map((path) => existsSync(path))).toEqual([true, false, true])
    expect(count()).toBe(2)
    rest()
    expect(count()).toBe(2)
  })

  test('does not read a journal again after another edge removed its row', () => {
    const file = newFile()
    const lostNames: string[] = []
    const { drain, db, rest, count } = drainOf(file, lostNames)
    const path = journalBy(file, newOwner())
    const { size } = statSync(path)
    drain.grown(path, size, false, 1)
    rest()
    expect([count(), lostNames]).toEqual([1, []])
    unlinkSync(path)
    db.exec('DELETE FROM journals')
    rest()
    expect([count(), lostNames]).toEqual([1, [path]])
  })
})
