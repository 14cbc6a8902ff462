// Configurations as owners write them: each folder of `owners/` has its rules in `owners/index.json`. A further case needs no further test.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { importRules } from '../src/import/node/import.ts'
import { draftsInPaths } from '../src/import/node/load.ts'
import { toDocument } from '../src/import/yaml.ts'
import { Findings } from '../src/rules/findings.ts'
import recorded from './owners/index.json' with { type: 'json' }

interface Case {
  readonly id: string
  /** The folder or the file to import, within the case's folder. */
  readonly path?: string
  readonly rules: readonly object[]
  readonly left_out?: readonly object[]
  readonly broken?: readonly object[]
  readonly warnings?: readonly string[]
}

const OWNERS = join(dirname(fileURLToPath(import.meta.url)), 'owners')
const temporary = mkdtempSync(join(tmpdir(), 'edge1020-owners-'))
afterAll(() => rmSync(temporary, { recursive: true }))

const cases = recorded.cases as readonly Case[]

test('each folder has its case, and each case has its folder', () => {
  const folders = readdirSync(OWNERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  expect(cases.map(({ id }) => id).sort()).toEqual(folders.sort())
})

describe.each(cases)(
  '$id',
  ({ id, path = '.', rules, left_out = [], broken = [], warnings = [] }) => {
    const given = () => importRules([join(OWNERS, id, path)], { env: {} })

    test('imports its rules, and names the parts that it leaves out', () => {
      const found = given()
      expect(found.rules).toEqual(rules)
      expect(found.leftOut).toMatchObject(left_out)
      expect(found.leftOut).toHaveLength(left_out.length)
      expect(found.broken).toMatchObject(broken)
      expect(found.broken).toHaveLength(broken.length)
      expect(found.warnings).toEqual(warnings)
      expect(given()).toEqual(found)
    })

    test('the document of `import` loads, with the same number of rules', () => {
      const found = given()
      const { text, leftOut } = toDocument(found.rules)
      const file = join(temporary, `${id}.yaml`)
      writeFileSync(file, text)
      const findings = new Findings()
      const { drafts } = draftsInPaths([file], findings)
      expect(findings.inSourceOrder([]).filter(({ severity }) => severity === 'error')).toEqual([])
      const written =
        found.rules.filter(({ product }) => product !== 'list').length - leftOut.length
      expect(drafts.rules).toHaveLength(written)
    })
  }
)
