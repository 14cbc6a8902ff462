import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EdgeError } from '../../error.ts'
import { eventually } from '../../eventually.fixture.ts'
import { parseIp } from '../../lists/ip.ts'
import { isAsnBinary, writeAsnBinary } from '../asn/binary.ts'
import { parseAsnTsv } from '../asn/tsv.ts'
import { ageText } from '../freshness.ts'
import type { OpenAsnOptions, OpenedAsn } from './asn.ts'
import { describeAsn, openAsn } from './asn.ts'
import { ASN_PACKAGE, asnPackage } from './asn-package.ts'
import { installedPackage } from './installed.ts'

const GOOGLE = parseIp('8.8.8.8')!
const GOOGLE_6 = parseIp('2001:4860::1')!
/** Only in the built-in table. */
const DIGITALOCEAN = parseIp('167.99.0.1')!
const VERSION = '2.3.2026061719'
const DATE = '2026-06-17'
const COMPILED = `asn-${VERSION}.bin`

let root: string
let data: string
let opened: OpenedAsn[]
let errors: EdgeError[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edge1020-asn-package-'))
  data = join(root, 'data')
  opened = []
  errors = []
})

afterEach(() => {
  for (const source of opened) source.close()
  rmSync(root, { recursive: true, force: true })
})

/** A package of two networks. */
const install = (asn = 64_500, version = VERSION) => {
  const dir = join(root, `package-${version}`)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'asn-ipv4.csv'), `8.8.8.0,8.8.8.255,${asn},"Test, Inc."\n`)
  writeFileSync(join(dir, 'asn-ipv6.csv'), `2001:4860::,2001:4860:ffff::,${asn},SIX\n`)
  return { dir, version }
}

const open = (options: Partial<OpenAsnOptions> = {}): OpenedAsn => {
  const onError = (error: EdgeError) => errors.push(error)
  const source = openAsn({
    data,
    intervalMs: 10,
    onError,
    ...options,
    installed: options.installed ?? install(),
  })
  opened.push(source)
  return source
}

const download = (asn: number, date: string) => {
  const line = new TextEncoder().encode(`8.8.8.0\t8.8.8.255\t${asn}\tZZ\tDOWNLOADED\n`)
  mkdirSync(data, { recursive: true })
  writeFileSync(
    join(data, 'asn.bin'),
    writeAsnBinary(parseAsnTsv(line, { file: 'ip2asn.tsv', date }))
  )
}

describe('a table of an installed package', () => {
  test('answers look-ups and reports its source', () => {
    const source = open()
    expect(source).toMatchObject({ name: 'ip-location-db asn', date: DATE, isBuiltIn: false })
    expect(source.lookup(GOOGLE)).toEqual({ asn: 64_500, name: 'Test, Inc.' })
    expect(source.lookup(GOOGLE_6)?.asn).toBe(64_500)
    expect(source.lookup(DIGITALOCEAN)).toBeUndefined()
    expect(describeAsn(source)).toBe(
      `ip-location-db asn: 2 networks, ${DATE}${ageText(DATE, new Date())}`
    )
    expect(errors).toEqual([])
  })

  test('is not read before the first look-up', () => {
    const source = open()
    expect(source.entries).toBeUndefined()
    expect(describeAsn(source)).toContain('all networks')
    source.check()
    expect(existsSync(data)).toBe(false)
    source.open!()
    expect(readdirSync(data)).toEqual([COMPILED])
    expect(source.entries).toBe(2)
  })

  test('is compiled once: the next edge reads the compiled table', () => {
    open().open!()
    expect(isAsnBinary(readFileSync(join(data, COMPILED)))).toBe(true)
    const installed = install()
    rmSync(installed.dir, { recursive: true })
    const source = open({ installed })
    expect(source).toMatchObject({ date: DATE, entries: 2 })
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
  })

  test('is compiled again for another version, and the old table is removed', () => {
    open().open!()
    download(1, '2020-01-01')
    const source = open({ installed: install(64_501, '2.3.2026070100') })
    expect(source.lookup(GOOGLE)?.asn).toBe(64_501)
    expect(source.date).toBe('2026-07-01')
    expect(readdirSync(data).sort()).toEqual(['asn-2.3.2026070100.bin', 'asn.bin'])
  })

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 100)],
    ['empty', () => Buffer.alloc(0)],
    ['with a changed byte', (bytes: Buffer) => bytes.fill(0x7f, 60, 61)],
    ['something else', () => Buffer.from('nonsense')],
  ])('is compiled again if the compiled table is %s', (_, damage) => {
    open().open!()
    const whole = readFileSync(join(data, COMPILED))
    writeFileSync(join(data, COMPILED), damage(Buffer.from(whole)))
    const source = open()
    expect(source.date).toBe(DATE)
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
    expect(readFileSync(join(data, COMPILED))).toEqual(whole)
    expect(readdirSync(data)).toEqual([COMPILED])
    expect(errors).toEqual([])
  })

  test('answers if the compiled table cannot be saved, and reports the problem', () => {
    writeFileSync(data, 'a file')
    const source = open()
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'asn_failed' })
    expect(errors[0]!.message).toContain(join(data, COMPILED))
  })

  test('answers if a directory has the path of the compiled table', () => {
    mkdirSync(join(data, COMPILED, 'inside'), { recursive: true })
    expect(open().lookup(GOOGLE)?.asn).toBe(64_500)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'asn_failed' })
  })

  test('is reported if unreadable, and not read again at each look-up', () => {
    const installed = install()
    writeFileSync(join(installed.dir, 'asn-ipv6.csv'), 'nonsense\n')
    const source = open({ installed })
    expect(() => source.open!()).toThrow('asn-ipv6.csv:1: "nonsense": expected from, to, ASN')
    install()
    expect(() => source.lookup(GOOGLE)).toThrow('asn-ipv6.csv:1')
    expect(readdirSync(root).includes('data')).toBe(false)
  })
})

describe('a downloaded table', () => {
  test.each([
    ['newer', '2026-06-18', 64_999],
    ['of the same day', DATE, 64_999],
    ['older', '2026-06-16', 64_500],
  ])('and the package: the newer one answers (%s)', (_, date, asn) => {
    download(64_999, date)
    expect(open().lookup(GOOGLE)?.asn).toBe(asn)
  })

  test('replaces the table of the package while the edge runs', async () => {
    const source = open()
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
    download(64_999, '2026-11-20')
    await eventually(() => expect(source.lookup(GOOGLE)?.asn).toBe(64_999))
    expect(source.name).toBe('ip2asn (asn.bin)')
  })

  test('is reported if damaged, not skipped', () => {
    mkdirSync(data)
    writeFileSync(join(data, 'asn.bin'), 'nonsense')
    expect(() => open().check()).toThrow('asn.bin')
  })
})

describe('an edge that must not wait', () => {
  test('answers from the built-in table until the full table is ready', async () => {
    const source = open({ mayCompileLater: true, compileAfterMs: 0 })
    expect(source.lookup(DIGITALOCEAN)?.asn).toBe(14_061)
    expect(existsSync(data)).toBe(false)
    await eventually(() => expect(source.lookup(DIGITALOCEAN)).toBeUndefined())
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
    expect(readdirSync(data)).toEqual([COMPILED])
  })

  test('uses a compiled table immediately', () => {
    open().open!()
    const source = open({ mayCompileLater: true })
    expect(source.lookup(DIGITALOCEAN)).toBeUndefined()
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
  })

  test('waits if a rule reads networks', () => {
    const source = open({ mayCompileLater: true })
    source.open!()
    expect(source.lookup(GOOGLE)?.asn).toBe(64_500)
  })

  test('does not compile for a process that exits first', async () => {
    const source = open({ mayCompileLater: true, compileAfterMs: 20 })
    source.lookup(GOOGLE)
    source.close()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect([existsSync(data), errors]).toEqual([false, []])
  })

  test('keeps the built-in table if the package is unreadable, and reports it once', async () => {
    const installed = install()
    writeFileSync(join(installed.dir, 'asn-ipv4.csv'), 'nonsense\n')
    const source = open({ installed, mayCompileLater: true, compileAfterMs: 0 })
    expect(source.lookup(DIGITALOCEAN)?.asn).toBe(14_061)
    await eventually(() => expect(errors).toHaveLength(1))
    expect(errors[0]!.message).toContain('asn-ipv4.csv:1')
    expect(source.lookup(DIGITALOCEAN)?.asn).toBe(14_061)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(errors).toHaveLength(1)
  })

  test('switches to a table downloaded in the meantime', async () => {
    const source = open({ mayCompileLater: true, compileAfterMs: 60_000 })
    expect(source.lookup(DIGITALOCEAN)?.asn).toBe(14_061)
    download(64_999, '2026-11-20')
    await eventually(() => expect(source.lookup(GOOGLE)?.asn).toBe(64_999))
  })
})

test('two concurrent compilations each leave a complete table', async () => {
  const options = { data, onError: (error: EdgeError) => errors.push(error), installed: install() }
  const never = new AbortController().signal
  await Promise.all([1, 2, 3].map(() => asnPackage(options)!.compileLater(never)))
  expect(readdirSync(data)).toEqual([COMPILED])
  expect(asnPackage(options)!.readCompiled()?.entries).toBe(2)
  expect(errors).toEqual([])
})

test('the package installed with edge1020 covers the whole Internet', () => {
  expect(installedPackage(ASN_PACKAGE)?.version).toBe(VERSION)
  const source = openAsn({ data })
  opened.push(source)
  const asns = (...addresses: string[]) =>
    addresses.map((address) => source.lookup(parseIp(address)!)?.asn ?? 0)
  expect(asns('8.8.8.8', '1.1.1.1', '5.9.1.1', '2001:4860:4860::8888')).toEqual([
    15_169, 13_335, 24_940, 15_169,
  ])
  // It overlaps there.
  expect(asns('214.255.255.255', '215.0.0.0')).toEqual([749, 721])
  expect(asns('127.0.0.1', '192.0.2.1', '240.0.0.1', '::1')).toEqual([0, 0, 0, 0])
  expect(source.lookup(parseIp('2.26.200.1')!)?.name).toBe('LLC "SPUTNIK"')
  expect(source.entries).toBeGreaterThan(500_000)
})
