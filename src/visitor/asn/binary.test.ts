import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { parseIp } from '../../lists/ip.ts'
import { isAsnBinary, readAsnBinary, readAsnHeader, writeAsnBinary } from './binary.ts'
import { IP2ASN, IP2ASN_ENTRIES, IP2ASN_V4, tsv } from './ip2asn.fixture.ts'
import { asnTable } from './table.ts'
import { parseAsnTsv } from './tsv.ts'

const FILE = 'asn.bin'
const data = parseAsnTsv(IP2ASN, { file: 'ip2asn.tsv', date: '2026-11-20' })
const bytes = writeAsnBinary(data)

const problemOf = (broken: Uint8Array): string => {
  try {
    readAsnBinary(broken, FILE)
  } catch (error) {
    if (error instanceof EdgeError && error.code === 'asn_failed') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

test.each([
  ['with addresses below a /64', IP2ASN],
  ['without IPv6', tsv(...IP2ASN_V4)],
  ['of whole /64', tsv('2001:db8::\t2001:db8:0:0:ffff:ffff:ffff:ffff\t64500\tZZ\tNET')],
])('a table %s survives a round trip', (_, source) => {
  const before = parseAsnTsv(source, { file: 'ip2asn.tsv', date: '2026-11-20' })
  expect(readAsnBinary(writeAsnBinary(before), FILE)).toEqual(before)
})

test.each([1, 2, 3, 4])('decodes a table at any offset in memory: %i', (offset) => {
  const room = new Uint8Array(bytes.length + offset + 5)
  room.set(bytes, offset)
  const { lookup } = asnTable(readAsnBinary(room.subarray(offset, offset + bytes.length), FILE))
  expect(lookup(parseIp('8.8.8.8')!)).toEqual({ asn: 15169, name: 'GOOGLE - Google LLC' })
  expect(lookup(parseIp('193.0.0.1')!)?.name).toBe('RIPE-NCC-AS Réseaux IP Européens')
  expect(lookup(parseIp('2a01:4f9::1')!)).toEqual({ asn: 24940, name: 'HETZNER-AS' })
  expect(lookup(parseIp('9.9.9.9')!)).toBeUndefined()
})

test('reads the bytes in place, without a copy', () => {
  expect(readAsnBinary(bytes, FILE).map.v4.starts.buffer).toBe(bytes.buffer)
})

test('the header contains the date and the size', () => {
  expect(readAsnHeader(bytes.subarray(0, 44), FILE)).toEqual({
    entries: IP2ASN_ENTRIES,
    date: '2026-11-20',
  })
  const undated = writeAsnBinary({ ...data, date: '' })
  expect(readAsnHeader(undated, FILE).date).toBe('')
})

test.each([
  ['this', bytes, true],
  ['the TSV', IP2ASN, false],
  ['nothing', new Uint8Array(0), false],
  ['its first bytes', bytes.subarray(0, 4), false],
])('recognises a table: %s', (_, some, expected) => {
  expect(isAsnBinary(some)).toBe(expected)
})

describe('errors name the problem', () => {
  const DAMAGED = `${FILE}: is damaged (wrong checksum or length): run "edge1020 update asn" again, or remove it`

  test('any changed byte after the version', () => {
    for (let at = 12; at < bytes.length; at++) {
      const broken = bytes.slice()
      broken[at]! ^= 0x80
      expect(problemOf(broken)).toBe(DAMAGED)
    }
  })

  test.each([
    ['cut short', bytes.slice(0, -4)],
    ['cut short within a word', bytes.slice(0, -1)],
    ['longer than it was', new Uint8Array([...bytes, 0, 0, 0, 0])],
    ['cut short behind its head', bytes.slice(0, 44)],
  ])('a file %s', (_, broken) => {
    expect(problemOf(broken)).toBe(DAMAGED)
  })

  test('another version', () => {
    const other = bytes.slice()
    other[8] = 2
    expect(problemOf(other)).toBe(
      `${FILE}: has version 2, expected 1: run "edge1020 update asn" again`
    )
  })

  test.each([
    ['another file', IP2ASN],
    ['nothing', new Uint8Array(0)],
    ['half a head', bytes.slice(0, 20)],
  ])('%s', (_, other) => {
    expect(problemOf(other)).toBe(`${FILE}: expected a compiled table of networks`)
  })
})
