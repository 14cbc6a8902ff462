// The generated pages of docs/, and the tables that they come from.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readOptions } from '../scripts/reference/options.ts'
import { pages } from '../scripts/reference/pages.ts'
import { errorCodes } from '../src/error-codes.ts'
import { checkOptions, OPTION_NAMES } from '../src/options.ts'
import { ROOT } from './cli.ts'

const SRC = join(ROOT, 'src')
const sources = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter(({ name }) => /(?<!\.test|\.contract|\.fixture)\.ts$/.test(name))
  .map((entry) => join(entry.parentPath, entry.name))

test.each(pages)('$file is what its tables say: `npm run reference` writes it', async (page) => {
  expect(readFileSync(join(ROOT, page.file), 'utf8')).toBe(await page.write(ROOT))
})

test('docs/lint has a page for each lint, and no other', () => {
  const files = readdirSync(join(ROOT, 'docs/lint')).map((name) => `docs/lint/${name}`)
  expect(files.sort()).toEqual(
    pages.flatMap(({ file }) => (file.startsWith('docs/lint/') ? file : [])).sort()
  )
})

describe('error codes', () => {
  const made = sources.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(/new EdgeError\(\s*([^,\s]+)/g)].map((match) => match[1]!)
  })

  test('each error names its code outright, so that it can be found', () => {
    expect(made.length).toBeGreaterThan(50)
    expect(made.filter((code) => !/^'[a-z_\d]+'$/.test(code))).toEqual([])
  })

  test('the codes of the table are those that are thrown, no more and no fewer', () => {
    const thrown = [...new Set(made.map((code) => code.slice(1, -1)))].sort()
    expect(Object.keys(errorCodes).sort()).toEqual(thrown)
  })

  test('each has a whole sentence for its meaning and for its remedy', () => {
    const sentences = Object.values(errorCodes).flatMap(({ meaning, remedy }) => [meaning, remedy])
    expect(sentences.filter((text) => !/^[A-Z`].+[^.]\.$/.test(text))).toEqual([])
  })

  test('codes in the comments of functions are codes of the table', () => {
    const named = sources.flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(
          /@throws EdgeError ((?:.|\n \*)*?)(?:\n \* @|\n \*\/|\*\/)/g
        ),
      ].flatMap((match) =>
        [...match[1]!.matchAll(/`([a-z]+(?:_[a-z\d]+)+)`/g)].map((code) => code[1]!)
      )
    )
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([])
  })
})

describe('options', () => {
  const { common, node, web, answers, hono } = readOptions(ROOT)
  const all = [...common, ...node, ...web, ...answers, ...hono]

  test('each has a sentence', () => {
    expect(all.length).toBeGreaterThan(40)
    expect(all.filter(({ comment }) => comment === '')).toEqual([])
  })

  test('the documented options are those that createEdge takes', () => {
    const documented = [...common, ...node, ...web, ...hono]
      .map(({ name }) => name)
      .filter((name) => !name.includes('.'))
    expect([...new Set(documented)].sort()).toEqual([...OPTION_NAMES].sort())
  })

  test('an option that is in no interface is refused', () => {
    expect(() => checkOptions({ rules: [], colour: 'LHR' }, { takesNames: true })).toThrow(
      expect.objectContaining({ code: 'invalid_option' })
    )
  })
})
