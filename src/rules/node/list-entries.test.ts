import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadRulePaths } from '../../import/node/load.ts'
import { loadRules } from '../load.ts'
import { listFileEntries } from './list-entries.ts'

test.each<[string, string, string[]]>([
  [
    'one entry a line',
    '192.0.2.1\n\n# us\n; them\n// all\n198.51.100.0/24\r\n',
    ['192.0.2.1', '198.51.100.0/24'],
  ],
  [
    'Cloudflare’s export',
    '192.0.2.1,"the office, Utrecht"\n2001:db8::/32,\n',
    ['192.0.2.1', '2001:db8::/32'],
  ],
  ['value', 'value,comment\nAS64496,x\n', ['AS64496']],
  ['scope,value', 'scope,value\nip,192.0.2.1\nip,192.0.2.2\n', ['192.0.2.1', '192.0.2.2']],
  ['quoted', '"Network","Name"\n"192.0.2.0/24","a ""b"""\n', ['192.0.2.0/24']],
  ['a host that is called like a column', 'shop.test,value\n', ['shop.test']],
  ['nothing', '', []],
])('%s', (_, text, entries) => {
  expect(listFileEntries(text).map((entry) => entry.text)).toEqual(entries)
})

describe('a list in a file', () => {
  const root = mkdtempSync(join(tmpdir(), 'edge1020-lists-'))
  afterAll(() => rmSync(root, { recursive: true }))
  const put = (name: string, text: string) => {
    const file = join(root, name)
    writeFileSync(file, text)
    return file
  }
  const rule = 'rules: [{ name: a, expression: ip.src in $office, action: log }]'

  test('is read relative to the document, and is one of its files', () => {
    const csv = put('office.csv', '192.0.2.0/24,the office\n198.51.100.7,\n')
    const document = put('a.yaml', `lists: { office: { file: office.csv } }\n${rule}`)
    const { ownLists, files, warnings } = loadRulePaths([document])
    expect(ownLists).toMatchObject([{ name: 'office', kind: 'ip', size: 2, from: csv }])
    expect(files).toEqual([document, csv])
    expect(warnings).toEqual([])
  })

  test.each([
    ['192.0.2.1\nnobody\n', 'office: { file: bad.csv }', /bad\.csv:2: list \$office: "nobody"/],
    ['', 'office: { file: missing.csv }', /missing\.csv: cannot be read: no such file/],
    ['', 'office: { file: bad.csv }', /it is empty: expected a kind/],
    ['192.0.2.1', 'office: { file: bad.csv, items: [] }', /both `items` and `file`/],
    ['AS1', 'office: { file: bad.csv }', /expected a list of addresses/],
  ])('%j as %s is refused', (text, list, message) => {
    put('bad.csv', text)
    const document = put('b.yaml', `lists: { ${list} }\n${rule}`)
    expect(() => loadRulePaths([document])).toThrow(message)
  })

  test('needs somebody who reads files', () => {
    const text = 'lists: { office: { file: office.csv } }'
    expect(() => loadRules([{ file: 'a.yaml', text }])).toThrow('this runtime cannot read files')
  })
})
