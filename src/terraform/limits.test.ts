import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
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
    const budget = new Budget(1_000, 1_000, 100_000, 50)
    expect(failure(slow, budget)).toBe('`regex`: the pattern takes more than 50 ms')
    const quick = name === 'replace' ? 'replace("a", "/a/", "b")' : `${name}("a", "a")`
    expect(failure(quick, budget)).toBe('slow regular expressions take more than 50 ms together')
    expect(failure(quick, new Budget(1_000, 1_000, 100_000, 20_000))).toBe('nothing')
  })

  test('harmless ones never run out of time, but of steps', () => {
    const budget = new Budget(1_000_000, 1_000, 5_000, 1_000)
    // One and a half seconds for each call, as on a machine that does something else.
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1_500))
    const harmless = 'regexall("[a-c]+", "abc abd")'
    // 8 by 7 each, with one more than the text and the pattern have: 5,000 are enough for 89.
    for (let i = 0; i < 89; i++) expect(failure(harmless, budget)).toBe('nothing')
    expect(failure(harmless, budget)).toBe('regular expressions need more than 5000 steps together')
    clock.mockRestore()
  })

  test('a pattern gets its time on a machine that has none to give', () => {
    const some = `regexall("(a+)+$", "${'a'.repeat(19)}!")`
    const cpu = vi.spyOn(process, 'cpuUsage').mockReturnValue({ user: 0, system: 0 })
    expect(failure(some, new Budget(1_000, 1_000, 100_000, 10))).toBe('nothing')
    cpu.mockRestore()
  })
})
