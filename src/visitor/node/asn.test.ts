import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { eventually } from '../../eventually.fixture.ts'
import { parseIp } from '../../lists/ip.ts'
import { writeAsnBinary } from '../asn/binary.ts'
import { builtInDate, builtInEntries } from '../asn/builtin.ts'
import { IP2ASN, IP2ASN_ENTRIES, manyNetworks, tsv } from '../asn/ip2asn.fixture.ts'
import { parseAsnTsv } from '../asn/tsv.ts'
import { ageText } from '../freshness.ts'
import type { OpenAsnOptions, OpenedAsn } from './asn.ts'
import { describeAsn, openAsn, updateAsn } from './asn.ts'

const GOOGLE = parseIp('8.8.8.8')!
/** Only in the built-in table. */
const DIGITALOCEAN = parseIp('167.99.0.1')!
const DATE = '2026-11-20'

const compiled = (source: Uint8Array, date = DATE) =>
  writeAsnBinary(parseAsnTsv(source, { file: 'ip2asn.tsv', date }))

let data: string
let opened: OpenedAsn[]

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'edge1020-asn-'))
  opened = []
})

afterEach(() => {
  for (const source of opened) source.close()
  rmSync(data, { recursive: true, force: true })
})

const open = (options: Partial<OpenAsnOptions> = {}): OpenedAsn => {
  const source = openAsn({ data, intervalMs: 10, installed: null, ...options })
  opened.push(source)
  return source
}

const put = (name: string, bytes: Uint8Array | string): string => {
  const file = join(data, name)
  writeFileSync(file, bytes)
  utimesSync(file, new Date(), new Date(`${DATE}T10:20:30Z`))
  return file
}

/** As an update does it. */
const swap = (name: string, bytes: Uint8Array | string) => {
  renameSync(put(`${name}.new`, bytes), join(data, name))
}

const errorOf = (run: () => unknown): EdgeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('without a file', () => {
  test('the built-in table answers and reports its source', () => {
    const source = open()
    expect(source).toMatchObject({
      name: 'built-in table',
      date: builtInDate,
      entries: builtInEntries,
      isBuiltIn: true,
    })
    expect(source.lookup(GOOGLE)?.asn).toBe(15169)
    expect(source.lookup(parseIp('192.0.2.1')!)).toBeUndefined()
    expect(describeAsn(source)).toBe(
      `built-in table: ${builtInEntries} networks, ${builtInDate}${ageText(builtInDate, new Date())}; run "edge1020 update asn" for all`
    )
  })

  test('the built-in table answers if the directory is missing', () => {
    const source = open({ data: join(data, 'missing') })
    source.open?.()
    expect(source.isBuiltIn).toBe(true)
    expect(existsSync(join(data, 'missing'))).toBe(false)
  })
})

describe('a table in the data directory', () => {
  test('answers look-ups', () => {
    put('asn.bin', compiled(IP2ASN))
    const source = open()
    expect(source).toMatchObject({
      name: 'ip2asn (asn.bin)',
      date: DATE,
      entries: IP2ASN_ENTRIES,
      isBuiltIn: false,
    })
    expect(describeAsn(source)).toBe(
      `ip2asn (asn.bin): ${IP2ASN_ENTRIES} networks, ${DATE}${ageText(DATE, new Date())}`
    )
    expect(source.lookup(GOOGLE)).toEqual({ asn: 15169, name: 'GOOGLE - Google LLC' })
    expect(source.lookup(DIGITALOCEAN)).toBeUndefined()
  })

  test.each([
    ['damaged', compiled(IP2ASN).subarray(0, 100), 'is damaged'],
    ['something else', 'nonsense', 'expected from, to, ASN'],
  ])('is reported if %s, at each look-up, without another read', (_, bytes, reason) => {
    put('asn.bin', bytes)
    const source = open()
    const first = errorOf(() => source.open?.())
    expect(first.code).toBe('asn_failed')
    expect(first.message).toContain(join(data, 'asn.bin'))
    expect(first.message).toContain(reason)
    expect(errorOf(() => source.lookup(GOOGLE))).toBe(first)
  })

  test.each([false, true])(
    'replaces the built-in table when it arrives (in use: %s)',
    async (inUse) => {
      const source = open()
      if (inUse) expect(source.lookup(DIGITALOCEAN)?.asn).toBe(14061)
      swap('asn.bin', compiled(IP2ASN))
      await eventually(() => expect(source.lookup(DIGITALOCEAN)).toBeUndefined())
      expect(source.isBuiltIn).toBe(false)
      expect(source.entries).toBe(IP2ASN_ENTRIES)
    }
  )

  test('is replaced by a newer table', async () => {
    put('asn.bin', compiled(IP2ASN))
    const source = open()
    expect(source.lookup(GOOGLE)?.asn).toBe(15169)
    swap('asn.bin', compiled(tsv('8.8.8.0\t8.8.8.255\t64500\tZZ\tNEW'), '2026-11-22'))
    await eventually(() => expect(source.lookup(GOOGLE)).toEqual({ asn: 64500, name: 'NEW' }))
    expect(source).toMatchObject({ date: '2026-11-22', entries: 1 })
  })

  test('stays in use if the newer table is invalid, and is replaced by the next valid one', async () => {
    put('asn.bin', compiled(IP2ASN))
    const errors: EdgeError[] = []
    const source = open({ onError: (error) => errors.push(error) })
    source.open?.()
    swap('asn.bin', compiled(IP2ASN).subarray(0, 100))
    await eventually(() => expect(errors).toHaveLength(1))
    expect(errors[0]).toMatchObject({ code: 'asn_failed' })
    expect(errors[0]!.message).toContain('asn.bin: is damaged')
    expect(source.lookup(GOOGLE)?.asn).toBe(15169)
    swap('asn.bin', compiled(tsv('8.8.8.0\t8.8.8.255\t64500\tZZ\tNEW')))
    await eventually(() => expect(source.lookup(GOOGLE)?.asn).toBe(64500))
    expect(errors).toHaveLength(1)
  })

  test('repairs a source that was unreadable', async () => {
    put('asn.bin', 'nonsense')
    const source = open()
    errorOf(() => source.open?.())
    swap('asn.bin', compiled(IP2ASN))
    await eventually(() => expect(source.lookup(GOOGLE)?.asn).toBe(15169))
  })

  test('stays in use after its file is deleted and after the watch ends', async () => {
    put('asn.bin', compiled(IP2ASN))
    const source = open()
    source.open?.()
    rmSync(join(data, 'asn.bin'))
    source.close()
    swap('asn.bin', compiled(tsv('8.8.8.0\t8.8.8.255\t64500\tZZ\tNEW')))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(source.lookup(GOOGLE)?.asn).toBe(15169)
    expect(source.isBuiltIn).toBe(false)
  })
})

describe('a file', () => {
  test.each([
    ['ip2asn.tsv', IP2ASN],
    ['ip2asn.tsv.gz', gzipSync(IP2ASN)],
    ['ip2asn.bin', compiled(IP2ASN)],
    ['any.name', gzipSync(IP2ASN)],
  ])('%s is detected by content and has priority over the downloaded table', (name, bytes) => {
    put('asn.bin', compiled(tsv('8.8.8.0\t8.8.8.255\t64500\tZZ\tOTHER')))
    const source = open({ file: put(name, bytes) })
    expect(source).toMatchObject({ name, date: DATE, isBuiltIn: false, entries: IP2ASN_ENTRIES })
    expect(source.lookup(GOOGLE)).toEqual({ asn: 15169, name: 'GOOGLE - Google LLC' })
    expect(describeAsn(source)).toBe(
      `${name}: ${IP2ASN_ENTRIES} networks, ${DATE}${ageText(DATE, new Date())}`
    )
  })

  test('is reported immediately if missing', () => {
    const file = join(data, 'missing.tsv')
    const { code, message } = errorOf(() => open({ file }))
    expect(code).toBe('asn_failed')
    expect(message).toContain(`${file}: cannot be read: ENOENT`)
  })

  test.each([
    [
      'a line',
      tsv('1.0.0.0\t1.0.0.255\tX\tZZ\tN'),
      ':1: "X": expected an autonomous system number',
    ],
    ['its end', gzipSync(IP2ASN).subarray(0, 60), ': cannot be read: unexpected end of file'],
  ])('is reported on reading if %s is wrong', (_, bytes, reason) => {
    const file = put('bad.tsv', bytes)
    const source = open({ file })
    expect(errorOf(() => source.open?.()).message).toBe(`${file}${reason}`)
  })
})

describe('updateAsn', () => {
  const LINES = 12_000
  const source = gzipSync(manyNetworks(LINES))
  let body: Uint8Array
  let status: number
  let asked: string[]
  let url: string
  let close: () => void

  beforeEach(async () => {
    body = source
    status = 200
    asked = []
    const server = createServer((request, response) => {
      asked.push(request.headers['if-none-match'] ?? '')
      const isSame = request.headers['if-none-match'] === '"1"'
      const headers = { etag: '"1"', 'last-modified': 'Fri, 20 Nov 2026 10:20:30 GMT' }
      response.writeHead(isSame ? 304 : status, headers).end(isSame ? undefined : body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ip2asn.tsv.gz`
    close = () => {
      server.closeAllConnections()
      server.close()
    }
  })

  afterEach(() => close())

  const update = () => updateAsn({ data, url })
  const failure = () =>
    update().then(
      () => undefined,
      (error: unknown) => error as EdgeError
    )

  test('downloads, compiles and installs the table that openAsn uses', async () => {
    const progress: number[] = []
    const result = await updateAsn({ data, url, onProgress: (bytes) => progress.push(bytes) })
    expect(result).toEqual({
      status: 'updated',
      file: join(data, 'asn.bin'),
      networks: LINES,
      date: DATE,
    })
    expect(progress.at(-1)).toBe(source.length)
    expect(readdirSync(data).sort()).toEqual(['asn.bin', 'asn.bin.source.json'])
    expect(open().lookup(parseIp('1.0.7.9')!)).toEqual({ asn: 8, name: 'NET-7' })
  })

  test('updates a running edge', async () => {
    const running = open()
    expect(running.lookup(GOOGLE)?.asn).toBe(15169)
    await update()
    await eventually(() => expect(running.lookup(parseIp('1.0.7.9')!)?.name).toBe('NET-7'))
    expect(running.date).toBe(DATE)
  })

  test('downloads nothing if nothing is newer', async () => {
    await update()
    expect(await update()).toMatchObject({ status: 'unchanged', networks: LINES, date: DATE })
    expect(asked).toEqual(['', '"1"'])
  })

  test.each([
    ['damaged', (bytes: Uint8Array) => (bytes[500]! ^= 1)],
    ['of another version', (bytes: Uint8Array) => (bytes[8] = 99)],
  ])('downloads the table again if the present one is %s', async (_, spoil) => {
    await update()
    const bytes = readFileSync(join(data, 'asn.bin'))
    spoil(bytes)
    put('asn.bin', bytes)
    expect(await update()).toMatchObject({ status: 'updated', networks: LINES })
    expect(asked).toEqual(['', ''])
    expect(open().lookup(parseIp('1.0.7.9')!)?.name).toBe('NET-7')
  })

  test('creates the directory', async () => {
    data = join(data, 'made')
    expect((await update()).status).toBe('updated')
  })

  test.each<[string, () => void, string]>([
    ['an error of the server', () => (status = 500), '500 Internal Server Error'],
    [
      'a page',
      () => (body = Buffer.from('<!DOCTYPE html>\n')),
      'ip2asn.tsv.gz:1: "<!DOCTYPE html>": expected from, to, ASN',
    ],
    [
      'a packed file that is cut short',
      () => (body = source.subarray(0, 5_000)),
      'unexpected end of file',
    ],
    [
      'a table of few networks',
      () => (body = gzipSync(IP2ASN)),
      `it has ${IP2ASN_ENTRIES} networks, expected at least 10000`,
    ],
    [
      'a bad line',
      () => (body = gzipSync(Buffer.concat([manyNetworks(LINES), tsv('9.0.0.0')]))),
      `ip2asn.tsv.gz:${LINES + 1}: "9.0.0.0"`,
    ],
    [
      'lines in disorder',
      () =>
        (body = gzipSync(Buffer.concat([manyNetworks(LINES), tsv('1.0.0.0\t1.0.0.1\t1\tZZ\tN')]))),
      'expected ascending ranges',
    ],
    ['nothing', () => (body = new Uint8Array(0)), 'it has no network'],
  ])('changes nothing if the response is %s', async (_, spoil, reason) => {
    mkdirSync(data, { recursive: true })
    const before = compiled(IP2ASN)
    put('asn.bin', before)
    const running = open()
    running.open?.()
    spoil()
    const error = await failure()
    expect(error).toMatchObject({ code: 'download_failed' })
    expect(error!.message).toContain(`download of ${url} failed: `)
    expect(error!.message).toContain(reason)
    expect(readFileSync(join(data, 'asn.bin')).equals(before)).toBe(true)
    expect(readdirSync(data)).toEqual(['asn.bin'])
    expect(running.lookup(GOOGLE)?.asn).toBe(15169)
  })
})
