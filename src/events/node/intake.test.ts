import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import type { IntakeOptions } from './intake.ts'
import { Intake } from './intake.ts'
import { JournalFile } from './journal-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-intake-'))
let places = 0
afterAll(() => rmSync(folder, { recursive: true }))

const newPlace = () => ({ directory: join(folder, `${places++}`), prefix: 'events.db.new-' })
const madePlace = () => {
  const place = newPlace()
  mkdirSync(place.directory)
  return place
}

const opened = (options: Partial<IntakeOptions> = {}) => {
  const troubles: (string | undefined)[] = []
  const intake = new Intake({
    file: 'events.db',
    places: [madePlace()],
    durability: 'commit',
    onStoreFailure: 'refuse-anyway',
    maxHeldBytes: 1_000_000,
    onGrown: () => {},
    onTrouble: (message) => troubles.push(message),
    ...options,
  })
  onTestFinished(() => intake.finish())
  return { intake, troubles }
}

const linesIn = ({ directory }: { directory: string }): unknown[] =>
  readdirSync(directory)
    .sort()
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const isSettled = async (promise: Promise<void>): Promise<boolean> => {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await turn()
  return settled
}

test('a resolved append is in the journal', async () => {
  const place = madePlace()
  const { intake, troubles } = opened({ places: [place], onStoreFailure: 'hold' })
  const [first, second] = [eventWith(), eventWith()]
  await Promise.all([intake.append([first]), intake.append([second])])
  expect(linesIn(place)).toEqual([[first], [second]])
  expect(intake.commits).toBe(1)
  expect(troubles).toEqual([])
})

test('uses the second place while the first one fails', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const [home, spill] = [newPlace(), madePlace()]
  const { intake, troubles } = opened({ places: [home, spill], onStoreFailure: 'hold' })
  const [early, late] = [eventWith(), eventWith()]
  await intake.append([early])
  expect(linesIn(spill)).toEqual([[early]])
  expect(troubles).toEqual([expect.stringMatching(/^ENOENT.*: events of events\.db go to /)])
  mkdirSync(home.directory)
  vi.advanceTimersByTime(2_000)
  await intake.append([late])
  expect(linesIn(home)).toEqual([[late]])
  expect(troubles.at(-1)).toBeUndefined()
})

describe('while every place fails', () => {
  test('sends refusals, and writes their events later', async () => {
    const place = newPlace()
    const { intake, troubles } = opened({ places: [place] })
    const events = Array.from({ length: 5 }, () => eventWith())
    for (const event of events) await intake.append([event])
    expect(intake.held.filter(({ ray }) => ray === events[2]!.ray)).toEqual([events[2]])
    mkdirSync(place.directory)
    await expect.poll(() => intake.commits).toBeGreaterThan(0)
    await intake.finish()
    expect(linesIn(place)).toEqual(events.map((event) => [event]))
    expect(troubles).toEqual([expect.stringMatching(/^ENOENT/), undefined])
    expect(intake.lost).toBe(0)
  })

  test('events without room in memory become a gap, which is written too', async () => {
    const place = newPlace()
    const { intake, troubles } = opened({ places: [place], maxHeldBytes: 2_000 })
    const events = Array.from({ length: 20 }, () => eventWith())
    await intake.append([events[0]!])
    await expect.poll(() => troubles.length).toBe(1)
    for (const event of events.slice(1)) await intake.append([event])
    const kept = events.filter(({ ray }) => intake.held.some((held) => held.ray === ray))
    expect(kept.length).toBeGreaterThan(0)
    const [first, last] = [events[kept.length]!, events.at(-1)!]
    const gap = {
      firstRay: first.ray,
      lastRay: last.ray,
      from: first.time,
      to: last.time,
      count: events.length - kept.length,
      reason: expect.stringMatching(/^ENOENT/),
    }
    expect(intake.gaps).toEqual([gap])
    expect(intake.lost).toBe(gap.count)
    mkdirSync(place.directory)
    await expect.poll(() => linesIn(place).length).toBe(kept.length + 1)
    expect(linesIn(place)).toContainEqual({ gap })
    expect(intake.gaps).toEqual([gap])
  })

  test('with `hold`, refusals wait', async () => {
    const place = newPlace()
    const { intake, troubles } = opened({ places: [place], onStoreFailure: 'hold' })
    const appended = intake.append([eventWith()])
    await expect.poll(() => troubles.length).toBe(1)
    const later = intake.append([eventWith()])
    expect(await isSettled(appended)).toBe(false)
    mkdirSync(place.directory)
    await Promise.all([appended, later])
    expect(linesIn(place)).toHaveLength(2)
  })

  test('events that remain at the end are lost, and reported', async () => {
    const { intake } = opened({ places: [newPlace()] })
    await intake.append([eventWith()])
    await intake.finish()
    expect(intake.lost).toBe(1)
    const held = opened({ places: [newPlace()], onStoreFailure: 'hold' }).intake
    const appended = held.append([eventWith()])
    const refused = expect(appended).rejects.toMatchObject({ code: 'store_failed' })
    await held.finish()
    await refused
  })
})

describe('while a write hangs', () => {
  const stuck = () => {
    let end!: () => void
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const append = JournalFile.prototype.append
    const spied = vi.spyOn(JournalFile.prototype, 'append').mockImplementation(async function (
      this: JournalFile,
      lines
    ) {
      await ended
      return append.call(this, lines)
    })
    onTestFinished(() => {
      end()
      spied.mockRestore()
    })
    return end
  }

  test('sends the first refusals after a moment, and later ones at once', async () => {
    const end = stuck()
    const place = madePlace()
    const { intake } = opened({ places: [place] })
    const events = [eventWith(), eventWith()]
    // Nobody ends the write: that these are settled is the test.
    await intake.append([events[0]!])
    await intake.append([events[1]!])
    expect(linesIn(place)).toEqual([])
    // Who asks is not kept waiting either: what waits is at hand.
    await intake.settled()
    expect(intake.held).toEqual(events)
    end()
    await expect.poll(() => linesIn(place)).toEqual(events.map((event) => [event]))
  })

  test('with `hold` they wait', async () => {
    const end = stuck()
    const { intake } = opened({ onStoreFailure: 'hold' })
    const appended = intake.append([eventWith()])
    for (let turns = 0; turns < 20; turns++) expect(await isSettled(appended)).toBe(false)
    end()
    await appended
  })

  test('with `memory`, no refusal waits', async () => {
    const end = stuck()
    const { intake } = opened({ durability: 'memory', onStoreFailure: 'hold' })
    await intake.append([eventWith()])
    end()
  })
})

test('removes the lines of a failed write before it writes them elsewhere', async () => {
  const [home, spill] = [madePlace(), madePlace()]
  const { intake } = opened({ places: [home, spill], onStoreFailure: 'hold' })
  const [first, second] = [eventWith(), eventWith()]
  await intake.append([first])
  const [name] = readdirSync(home.directory)
  vi.spyOn(JournalFile.prototype, 'append').mockImplementationOnce(async function (
    this: JournalFile,
    lines
  ) {
    const { writeSync } = await import('node:fs')
    writeSync(this.fd, lines, 0, 7)
    return new Error('ENOSPC: no space left on device, write')
  })
  onTestFinished(() => void vi.restoreAllMocks())
  await intake.append([second])
  expect(readFileSync(join(home.directory, name!), 'utf8')).toBe(`${JSON.stringify([first])}\n`)
  expect(linesIn(home)).toEqual([[first], [second]])
})

test('finishes a journal that lost its name at once, even without new events', async () => {
  const grown: [string, boolean][] = []
  const { intake } = opened({ onGrown: (path, _, isFinished) => grown.push([path, isFinished]) })
  await intake.append([eventWith()])
  const path = grown[0]![0]
  intake.moveFrom(path)
  await expect.poll(() => grown).toContainEqual([path, true])
  await intake.append([eventWith()])
  expect(grown.at(-1)![0]).not.toBe(path)
})
