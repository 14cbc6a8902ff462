// `edge1020 test`, as docs/rule-tests.md shows it.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import type { Ran } from './cli.ts'
import { ROOT, run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const DOCUMENT = 'docs/rule-tests.md'
const folder = mkdtempSync(join(tmpdir(), 'edge1020-rule-tests-'))

const put = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return name
}
const PATH = /^(?:rules$|.*\.(?:yaml|xml)$)/

/** Runs a command in this process, as if it ran in the folder. */
const edge1020 = async (args: readonly string[], input = ''): Promise<Ran> => {
  const { code, out, err } = await run(
    args.map((arg) => (PATH.test(arg) && arg !== args[0] ? join(folder, arg) : arg)),
    { input }
  )
  const short = (text: string) => text.replaceAll(`${folder}/`, '')
  return { code, out: short(out), err: short(err) }
}
const fences = (language: string) =>
  fencesOf(DOCUMENT)
    .filter((fence) => fence.language === language)
    .map(({ text }) => text)

beforeAll(() => {
  cpSync(join(ROOT, 'rules'), join(folder, 'rules'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('docs/rule-tests.md', () => {
  test('the first tests pass', async () => {
    put('rules/first.test.yaml', fences('yaml')[0]!)
    const { code, out } = await edge1020(['test', 'rules/first.test.yaml'])
    expect(out).toMatch(/^3 passed \(\d+(?:\.\d)? ms\)\n$/)
    expect(code).toBe(0)
  })

  test('the failure output matches the page', async () => {
    const text = `rules: rules/starter.yaml
host: shop.test
tests:
  # HTTPie is not in the list.
  - { name: scripts are blocked, request: /, headers: { User-Agent: HTTPie/3.2.4 }, expect: { code: 1020, rule: no scripts } }
`
    put('site.test.yaml', text)
    const { code, out } = await edge1020(['test', 'site.test.yaml'])
    const shown = (one: string) => one.replace(/\(\d+(?:\.\d)? ms\)/, '(… ms)')
    expect(shown(out)).toBe(shown(fences('text')[0]!))
    expect(code).toBe(1)
  })

  test('the commands run', async () => {
    const [first, mutate, init, record] = fences('sh').map((text) => text.trim())
    expect(first).toBe('npx edge1020 test rules/starter.test.yaml')
    expect((await edge1020(['test', 'rules/starter.test.yaml'])).code).toBe(0)
    expect(mutate).toBe('npx edge1020 test rules/starter.test.yaml --coverage --mutate')
    const mutated = await edge1020(['test', 'rules/starter.test.yaml', '--coverage', '--mutate'])
    expect(mutated.out).toMatch(/^coverage: 100 % \(86 of 86 sides of rules and clauses\)$/m)
    expect(mutated.out).toMatch(/^mutation: 9\d\.\d % \(the tests notice \d+ of 101 changes\)$/m)
    expect(init).toBe('npx edge1020 test --init --rules rules/products.yaml')
    const made = await edge1020([
      'test',
      '--init',
      '--rules',
      'rules/products.yaml',
      '-o',
      'made.test.yaml',
    ])
    expect(made.err).toMatch(/^edge1020 test: \d+ tests written/)
    expect((await edge1020(['test', 'made.test.yaml'])).code).toBe(0)
    expect(record).toBe(
      'npx edge1020 events --since 1h --format ndjson | npx edge1020 test --record --rules rules/starter.yaml'
    )
  })

  test('events of a running edge become tests', async () => {
    const edge = await startServe([], { cwd: folder })
    onTestFinished(async () => void (await edge.stop()))
    for (const path of ['/a?b=1', '/.env', '/a?b=1']) {
      await (await fetch(`${edge.url}${path}`, { headers: { 'user-agent': 'curl/8.9.1' } })).text()
    }
    const { out } = await edge1020([
      'events',
      '--admin',
      edge.admin,
      '--since',
      '1h',
      '--format',
      'ndjson',
    ])
    const recorded = await edge1020(
      ['test', '--record', '--rules', 'rules/starter.yaml', '-o', 'recorded.test.yaml'],
      out
    )
    expect(recorded.err).toBe('edge1020 test: 2 tests written\n')
    const text = readFileSync(join(folder, 'recorded.test.yaml'), 'utf8')
    expect(text).toContain('/a?b=1')
    expect((await edge1020(['test', 'recorded.test.yaml'])).code).toBe(0)
  })

  test('the examples for CI use existing names', () => {
    const [, action, hook] = fences('yaml').map((text) => parse(text))
    expect(action.jobs.rules.steps.at(-1).run).toBe(
      'npx edge1020 test rules --reporter github --min-coverage 90'
    )
    expect(hook.repos[0].hooks[0].entry).toBe('npx edge1020 test rules')
  })
})

const TESTS = `rules: rules/starter.yaml
host: shop.test
as: chrome-berlin
tests:
  - { name: 'good <&> "\u0001"', tags: [x], request: /, expect: pass }
  - { name: 'bad # one', request: /.env, expect: pass }
`

describe('edge1020 test', () => {
  beforeAll(() => put('two.test.yaml', TESTS))

  test.each([
    ['json', /"passed": 1,\s+"failed": 1/],
    [
      'tap',
      /^TAP version 14\n1\.\.2\nok 1 - good .*\nnot ok 2 - bad \\# one\n {2}---\n {2}message: \|-\n {4}at two\.test\.yaml:6\n {4}expected pass, got block 1020 by "nothing to find here"\n/,
    ],
    [
      'junit',
      /<testsuites name="edge1020" tests="2" failures="1" errors="0" time="[\d.]+">\n {2}<testsuite name="two\.test\.yaml" tests="2" failures="1"[^>]*>\n {4}<testcase name="good &lt;&amp;&gt; &quot;\ufffd&quot;"[^>]*\/>\n {4}<testcase name="bad # one"[^>]*>\n {6}<failure message="expected pass, got block 1020 by &quot;nothing to find here&quot;">/,
    ],
    [
      'github',
      /^::error file=two\.test\.yaml,line=6,col=5,title=bad # one::expected pass, got block 1020 by "nothing to find here"%0A/,
    ],
  ])('reports as %s', async (reporter, expected) => {
    const { code, out } = await edge1020(['test', 'two.test.yaml', '--reporter', reporter])
    expect(out).toMatch(expected)
    expect(code).toBe(1)
  })

  test('runs the selected tests only', async () => {
    const one = await edge1020(['test', 'two.test.yaml', '--tag', 'x', '--json'])
    expect(JSON.parse(one.out)).toMatchObject({
      passed: 1,
      failed: 0,
      tests: [{ ok: true, tags: ['x'] }],
    })
    expect(one.code).toBe(0)
    expect(
      JSON.parse((await edge1020(['test', 'two.test.yaml', '--filter', 'BAD', '--json'])).out)
        .failed
    ).toBe(1)
    const none = await edge1020(['test', 'two.test.yaml', '--filter', 'nothing'])
    expect(none).toMatchObject({ code: 1, err: 'edge1020 test: no test has that name or tag\n' })
  })

  test('escapes control characters of a file', async () => {
    const { out } = await edge1020(['test', 'two.test.yaml'])
    expect(out).not.toContain('\u0001')
  })

  test('fails below a coverage, and below a share of detected mutants', async () => {
    put('one.test.yaml', TESTS.split('\n').slice(0, 5).join('\n'))
    const codes = async (...flags: string[]) =>
      (await edge1020(['test', 'one.test.yaml', ...flags])).code
    expect(await codes('--min-coverage', '40')).toBe(0)
    expect(await codes('--min-coverage', '60')).toBe(1)
    expect(await codes('--min-mutation', '1')).toBe(0)
    expect(await codes('--min-mutation', '90')).toBe(1)
  })

  test('writes the report to a file, and the text to the terminal', async () => {
    const { out } = await edge1020([
      'test',
      'two.test.yaml',
      '--reporter',
      'junit',
      '-o',
      'report.xml',
    ])
    expect(out).toContain('1 passed, 1 failed')
    expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toMatch(/^<\?xml/)
  })

  test.each([
    [['test'], /expected a test file, or a folder/],
    [['test', 'none.test.yaml'], /test file "none\.test\.yaml": no such file/],
    [['test', 'two.test.yaml', '--reporter', 'tapp'], /--reporter "tapp": did you mean tap\?/],
    [['test', '--init', '--record'], /--init and --record: expected one of them/],
    [['test', '--init'], /--init and --record need --rules/],
    [
      ['test', '--init', '--rules', 'rules/starter.yaml', '-o', 'two.test.yaml'],
      /two\.test\.yaml: the file exists/,
    ],
    [['test', 'two.test.yaml', '--rules', 'none.yaml'], /none\.yaml/],
    [
      ['test', 'two.test.yaml', '--min-coverage', 'x'],
      /--min-coverage "x": expected a whole number from 0 to 100/,
    ],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await edge1020(args)
    expect(err).toMatch(message)
    expect(code).toBe(2)
  })

  test('a folder stands for its test files; its rule files are not tests', async () => {
    const { code } = await edge1020(['test', 'rules'])
    expect(code).toBe(0)
    put('empty.yaml', 'tests: []')
    expect((await edge1020(['rules', 'check', 'rules'])).err).not.toContain('.test.yaml')
  })

  test('--mutate needs passing tests', async () => {
    const { err } = await edge1020(['test', 'two.test.yaml', '--mutate'])
    expect(err).toBe('edge1020 test: --mutate needs tests that pass: no rule was changed\n')
  })

  test('--record gives the line that is not an event', async () => {
    const { code, err } = await edge1020(
      ['test', '--record', '--rules', 'rules/starter.yaml'],
      '\n{"a":1}\n'
    )
    expect(err).toContain('standard input:2: expected an event')
    expect(code).toBe(2)
  })
})

describe('file contents on a terminal', () => {
  const hostile = [
    'rules: rules/starter.yaml',
    'host: shop.test',
    'tests:',
    '  - { name: "a\\e[2J\\e]0;title\\a\\n0 failed", request: /, as: chrome-berlin, expect: block }',
    '',
  ].join('\n')

  test.each(['text', 'tap', 'github'])(
    '%s prints no escape sequence of a name',
    async (reporter) => {
      put('hostile.test.yaml', hostile)
      const { code, out } = await edge1020(['test', 'hostile.test.yaml', '--reporter', reporter])
      expect(code).toBe(1)
      expect(out).toContain('a\\x1b[2J\\x1b]0;title\\x07')
      expect(out).not.toMatch(/\p{Cc}(?<!\n)/u)
      expect(out).not.toMatch(/^0 failed/m)
    }
  )
})
