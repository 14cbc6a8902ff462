import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../../error.ts'
import { parseIp } from '../../lists/ip.ts'
import { mmdb, pointer } from './mmdb.fixture.ts'
import { readMmdb } from './mmdb-file.ts'
import { anonymousKindsOf, countryOf, networkOf, placeOf } from './mmdb-record.ts'

const dir = mkdtempSync(join(tmpdir(), 'edge1020-mmdb-'))
afterAll(() => rmSync(dir, { recursive: true }))

const path = join(dir, 'test.mmdb')
const open = (content: Uint8Array, onDamage: (error: EdgeError) => void = () => {}) => {
  writeFileSync(path, content)
  return readMmdb(path, onDamage)
}

const ip = (text: string) => parseIp(text)!
const country = (iso_code: string) => ({ country: { iso_code } })

const failure = (run: () => unknown): EdgeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an unreadable file', () => {
  const good = mmdb({ networks: [['192.0.2.0/24', country('DE')]] })
  // Lists of two pointers to the list before, a text at the bottom: a million values in 122 bytes.
  const listAt = (level: number) => (level === 0 ? 0 : 2 + (level - 1) * 6)
  const explosion = Buffer.concat([
    Buffer.from('\x41x', 'latin1'),
    ...Array.from({ length: 20 }, (_, level) =>
      Buffer.concat([Buffer.from([0x02, 0x04]), pointer(listAt(level)), pointer(listAt(level))])
    ),
  ])
  const hostile = (data: Buffer, at = 0) => mmdb({ data, networks: [['192.0.2.0/24', at]] })

  test.each<[string, Uint8Array, string]>([
    ['empty', Buffer.alloc(0), 'it is empty'],
    ['another format', Buffer.from('country,ip\n'), 'no metadata'],
    ['gzipped', gzipSync(good), 'gzip: unpack it first'],
    ['a zip archive', Buffer.from('PK\x03\x04…'), 'zip archive'],
    ['cut off at the end', good.subarray(0, good.length - 5), 'outside the data'],
    ['without its end', good.subarray(0, good.length / 2), 'cut off'],
    ['cut off in front', good.subarray(100), 'damaged'],
    ['of nodes that are not there', mmdb({ metadata: { node_count: 1e6 } }), 'exceed the file'],
    [
      'of another version',
      mmdb({ metadata: { binary_format_major_version: 3 } }),
      'version 3, not 2',
    ],
    ['of IPv5', mmdb({ metadata: { ip_version: 5 } }), 'IP version 5'],
    ['of odd records', mmdb({ metadata: { record_size: 20 } }), 'record size'],
    ['without nodes', mmdb({ metadata: { node_count: 'many' } }), 'many'],
    [
      'of nothing that is asked',
      mmdb({ type: 'GeoIP2-Domain', networks: [['192.0.2.0/24', { domain: 'example.com' }]] }),
      'type "GeoIP2-Domain", records with domain',
    ],
    ['without records', mmdb({ type: 'Odd' }), 'type "Odd", no records'],
    [
      'of a circle',
      hostile(Buffer.concat([Buffer.from([0xe1, 0x41, 0x78]), pointer(0)])),
      'circular',
    ],
    ['of a pointer to itself', hostile(pointer(0)), 'circular'],
    ['of an explosion', hostile(explosion, listAt(20)), 'too many values'],
    [
      'of a huge list',
      hostile(Buffer.from([0x1f, 0x04, 0xff, 0xff, 0xff, 0x40])),
      'outside the data',
    ],
    ['of a pointer out of it', hostile(pointer(5_000_000)), 'outside the data'],
    ['of a number as key', hostile(Buffer.from([0xe1, 0xc1, 0x07, 0x40])), 'not text'],
    ['of a long number', hostile(Buffer.from([0xc5, 1, 2, 3, 4, 5])), 'has 5 bytes'],
    ['of a short double', hostile(Buffer.from([0x62, 1, 2])), 'has 2 bytes'],
    ['of an odd boolean', hostile(Buffer.from([0x02, 0x07])), 'neither true nor false'],
    ['of an unknown type', hostile(Buffer.from([0x00, 0x05])), 'unknown type 12'],
    ['of no type', hostile(Buffer.from([0x00, 0x00])), 'no type'],
  ])('%s: the error names the file', (_what, content, reason) => {
    const error = failure(() => open(content))
    expect(error.code).toBe('geo_failed')
    expect(error.message).toContain(path)
    expect(error.message).toContain(reason)
  })

  test('a missing file', () => {
    const error = failure(() => readMmdb(join(dir, 'nowhere.mmdb'), () => {}))
    expect(error.code).toBe('geo_failed')
    expect(error.message).toMatch(/nowhere\.mmdb.*ENOENT/)
  })

  test('a file larger than 2 GB', () => {
    writeFileSync(path, good)
    truncateSync(path, 3e9)
    expect(failure(() => readMmdb(path, () => {})).message).toContain('it has 3.0 GB')
  })
})

describe('a damaged database', () => {
  test('has no data at the damaged place, and reports the damage once', () => {
    const onError = vi.fn()
    const data = Buffer.from('\xe1\x47country\x42DE\x00\x05', 'latin1')
    const bad = data.length - 2
    // Too narrow for the samples that are read when it is opened.
    const file = open(
      mmdb({
        data,
        networks: [
          ['203.0.113.0/24', 0],
          ['203.0.113.7/32', bad],
        ],
      }),
      onError
    )
    const find = file.lookup(countryOf)
    expect(onError).not.toHaveBeenCalled()
    expect(find(ip('203.0.113.7'))).toBeUndefined()
    expect(find(ip('203.0.113.7'))).toBeUndefined()
    expect(find(ip('203.0.113.8'))).toEqual({ country: 'DE' })
    expect(onError).toHaveBeenCalledTimes(1)
    expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'geo_failed' })
    expect(onError.mock.calls[0]![0].message).toContain(path)
  })

  test('neither throws nor hangs after any bit flip', () => {
    const bytes = mmdb({
      type: 'Mixed City ASN Anonymous',
      networks: [
        ['192.0.2.0/24', { ...country('DE'), location: { latitude: 48.5 } }],
        ['198.51.100.0/24', { is_anonymous: true, list: [1, 2.5, 'three', true] }],
        ['2001:db8::/32', { ...country('FR'), asn: 'AS64501', long: 'text '.repeat(20) }],
      ],
    })
    const asked = ['192.0.2.1', '198.51.100.1', '2001:db8::1', '8.8.8.8', '::1'].map(ip)
    let readable = 0
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = damaged[at]! ^ (1 << (at % 8))
      try {
        const file = open(damaged)
        readable++
        for (const read of [countryOf, placeOf, networkOf, anonymousKindsOf]) {
          const find = file.lookup<unknown>(read)
          for (const ip of asked) find(ip)
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'geo_failed' })
      }
    }
    expect(readable).toBeGreaterThan(bytes.length / 4)
    expect(readable).toBeLessThan(bytes.length)
  })
})
