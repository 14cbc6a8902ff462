import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scopeOf } from './evaluate.fixture.ts'
import { Budget, evaluate } from './evaluate.ts'
import { loadTerraform } from './load.ts'
import { parseExpression } from './syntax/parse.ts'
import { SourceText } from './syntax/text.ts'

const root = mkdtempSync(join(tmpdir(), 'edge1020-limits-'))
afterAll(() => rmSync(root, { recursive: true }))

test('an exceeded limit leaves out the attribute that exceeds it, and the others load', () => {
  writeFileSync(
    join(root, 'main.tf'),
    `locals {
  short = join("", [for i in range(1000) : "twenty characters ☃☃"])
  long  = join("", [for i in range(1000) : local.short])
}
resource "rule" "r" {
  a = 1
  b = "\${local.long}\${local.short}"
  part {
    c = 2
    d = "\${local.long}!"
  }
  dynamic "many" {
    for_each = ["\${local.long}!"]
    content {}
  }
}
`
  )
  const { resources, leftOut } = loadTerraform(root, { isWanted: (type) => type === 'rule' })
  const [resource] = resources
  const tooLong = { what: 'a text of more than 20000000 characters' }
  expect(leftOut).toEqual([])
  expect(resource!.value('a')).toBe(1)
  expect(resource!.value('b')).toMatchObject(tooLong)
  const [part] = resource!.children('part')
  expect([part!.value('c'), part!.value('d')]).toMatchObject([2, tooLong])
  const [many] = resource!.children('many')
  expect(many!.unknown?.problem?.message).toBe(tooLong.what)
})

test('a second definition of a local does not count, and an override file changes the first', () => {
  const folder = mkdtempSync(join(root, 'locals-'))
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const read = () => {
    const { resources, leftOut } = loadTerraform(folder, { isWanted: (type) => type === 'rule' })
    return [resources[0]!.value('x'), leftOut.map(({ source, what }) => `${source} ${what}`)]
  }
  put('a.tf', 'locals {\n  n = 1\n}\n')
  put('b.tf', 'locals {\n  n = 2\n}\nresource "rule" "r" {\n  x = local.n\n}\n')
  expect(read()).toEqual([1, ['b.tf:2 local.n']])
  put('c_override.tf', 'locals {\n  n = 3\n}\n')
  expect(read()).toEqual([3, ['b.tf:2 local.n']])
})

describe('regular expressions', () => {
  const slow = `regex("(a+)+$", "${'a'.repeat(44)}!")`
  const failure = (text: string, budget: Budget): string => {
    try {
      evaluate(parseExpression(new SourceText('t', text)), scopeOf({}, {}, budget))
      return 'nothing'
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each(['regex', 'regexall', 'replace'])('%s: slow ones share one time', (name) => {
    const budget = new Budget(1_000, 1_000, 50)
    expect(failure(slow, budget)).toBe('`regex`: the pattern takes more than 50 ms')
    const quick = name === 'replace' ? 'replace("a", "/a/", "b")' : `${name}("a", "a")`
    expect(failure(quick, budget)).toBe('regular expressions take more than 50 ms together')
    expect(failure(quick, new Budget(1_000, 1_000, 20_000))).toBe('nothing')
  })
})
