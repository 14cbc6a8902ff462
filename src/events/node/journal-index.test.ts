import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import type { SecurityEvent } from '../event.ts'
import { JournalIndexes } from './journal-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-index-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true }))

const line = (...events: SecurityEvent[]) => `${JSON.stringify(events)}\n`
const GAP = {
  firstRay: '0123456789abcdef',
  lastRay: '0123456789abcdef',
  from: '2026-11-29T10:00:00.000Z',
  to: '2026-11-29T10:00:01.000Z',
  count: 2,
  reason: 'disk full',
}

const journal = (text: string) => {
  const name = `${files++}`
  const path = join(folder, name)
  writeFileSync(path, text)
  const fd = openSync(path, 'r')
  onTestFinished(() => closeSync(fd))
  return { path, at: (taken = 0) => [{ name, fd, taken }] }
}

test('finds the events of a Ray ID in one or several lines, among others', () => {
  const [a, b] = [eventWith(), eventWith()]
  const second = { ...a, matchIndex: 1 }
  const { at } = journal(
    line(b) + line(a) + line(eventWith({ userAgent: 'é\n"[{' })) + line(second)
  )
  const indexes = new JournalIndexes()
  expect(indexes.eventsOf(at(), a.ray)).toEqual([a, second])
  expect(indexes.eventsOf(at(), b.ray)).toEqual([b])
  expect(indexes.eventsOf(at(), '0000000000000000')).toEqual([])
})

test('does not read events again that are in the tables', () => {
  const [a, b] = [eventWith(), eventWith()]
  const { at } = journal(line(a) + line(b))
  const indexes = new JournalIndexes()
  expect(indexes.eventsOf(at(), a.ray)).toEqual([a])
  const taken = Buffer.byteLength(line(a))
  expect(indexes.eventsOf(at(taken), a.ray)).toEqual([])
  expect(indexes.eventsOf(at(taken), b.ray)).toEqual([b])
  expect(new JournalIndexes().eventsOf(at(taken), a.ray)).toEqual([])
})

test('finds later events, also after a line that was incomplete', () => {
  const [a, b, c] = [eventWith(), eventWith(), eventWith()]
  const { path, at } = journal(line(a) + line(b).slice(0, 40))
  const indexes = new JournalIndexes()
  expect(indexes.eventsOf(at(), b.ray)).toEqual([])
  appendFileSync(path, line(b).slice(40) + line(c))
  expect(indexes.eventsOf(at(), b.ray)).toEqual([b])
  expect(indexes.eventsOf(at(), c.ray)).toEqual([c])
  expect(indexes.eventsOf(at(), a.ray)).toEqual([a])
})

test('reads a truncated journal from its start', () => {
  const [a, b, c] = [eventWith(), eventWith(), eventWith()]
  const { path, at } = journal(line(a) + line(b))
  const indexes = new JournalIndexes()
  expect(indexes.eventsOf(at(), b.ray)).toEqual([b])
  truncateSync(path, 0)
  appendFileSync(path, line(c))
  expect(indexes.eventsOf(at(), c.ray)).toEqual([c])
  expect(indexes.eventsOf(at(), b.ray)).toEqual([])
})

test('finds gaps, and events of another program with another order of members', () => {
  const { ray, ...rest } = eventWith()
  const { at } = journal(
    `${JSON.stringify({ gap: GAP })}\nnonsense\n${JSON.stringify([{ ...rest, ray }])}\n`
  )
  const indexes = new JournalIndexes()
  expect(indexes.gaps(at())).toEqual([GAP])
  expect(indexes.eventsOf(at(), ray)).toEqual([{ ...rest, ray }])
})

test('finds lines longer than one read', () => {
  const [a, b] = [eventWith({ userAgent: 'x'.repeat(2_500_000) }), eventWith()]
  const { at } = journal(line(a) + line(b))
  const indexes = new JournalIndexes()
  expect(indexes.eventsOf(at(), b.ray)).toEqual([b])
  expect(indexes.eventsOf(at(), a.ray)).toEqual([a])
})
