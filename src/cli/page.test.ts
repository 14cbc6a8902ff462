import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cli } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-page-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('prints only the page of a code', async () => {
  const { code, out, err } = await cli('page', '1020', '--host', 'shop.test')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^<!doctype html>/i)
  expect(out).toContain('1020')
  expect(out).toContain('shop.test')
  expect(out).toMatch(/<\/html>\s*$/)
})

test.each([
  ['json', (out: string) => expect(JSON.parse(out)).toMatchObject({ error_code: 1015 })],
  ['text', (out: string) => expect(out).toBe('error code: 1015\n')],
  ['markdown', (out: string) => expect(out).toMatch(/^---\n/)],
])('--dialect %s', async (dialect, expectIt) => {
  const { out } = await cli('page', '1015', '--dialect', dialect)
  expectIt(out)
})

test('--include also prints the headers; content-length is the length of the body', async () => {
  const { out } = await cli('page', '521', '-i', '-d', 'json')
  const [head = '', body = ''] = out.split('\n\n')
  expect(head).toMatch(/^HTTP\/1\.1 521\n/)
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`)
  expect(JSON.parse(body)).toMatchObject({ error_code: 521 })
})

test('--generation, --language and --contact change the page', async () => {
  const plain = (await cli('page', '1020')).out
  const g1 = (await cli('page', '1020', '--generation', 'g1')).out
  const german = (await cli('page', '1020', '--language', 'de')).out
  const contact = (await cli('page', '1020', '--contact', 'mailto:me@shop.test')).out
  expect(new Set([plain, g1, german, contact]).size).toBe(4)
  expect(german).toContain('lang="de"')
  expect(contact).toContain('mailto:me@shop.test')
  expect(plain).not.toContain('mailto:')
})

test('--template fills the owner’s page', async () => {
  const template = join(folder, 'own.html')
  writeFileSync(template, '<h1>Mine</h1>::CLOUDFLARE_ERROR_1000S_BOX::')
  const { out } = await cli('page', '1020', '--template', template)
  expect(out).toMatch(/^<h1>Mine<\/h1>/)
  expect(out).toContain('1020')
})

test('--output writes to a file and prints nothing', async () => {
  const file = join(folder, '1009.html')
  expect(await cli('page', '1009', '-o', file)).toMatchObject({ code: 0, out: '' })
  expect(readFileSync(file, 'utf8')).toContain('1009')
})

test('the error for a file that cannot be written names it', async () => {
  const file = join(folder, 'none', '1009.html')
  const { error } = await cli('page', '1009', '-o', file)
  expect(error).toMatchObject({ code: 'not_written', message: expect.stringContaining(file) })
})

test.each([
  [[], 'expected a code, such as 1020'],
  [['1020', '1021'], 'unexpected "1021"'],
  [['1021'], '"1021" is not an error code: the nearest are 1019, 1020, 1023'],
  [['teapot'], '"teapot" is not an error code: expected one such as 1020'],
  [['1020', '--dialect', 'jsn'], '--dialect "jsn": did you mean json?'],
  [['1020', '--language', 'xx'], '--language "xx": expected one of'],
])('page %j is wrong usage', async (argv, message) => {
  const { code, out, error } = await cli('page', ...argv)
  expect({ code, out }).toEqual({ code: undefined, out: '' })
  expect(error).toMatchObject({
    code: 'wrong_usage',
    message: expect.stringContaining(message),
  })
})
