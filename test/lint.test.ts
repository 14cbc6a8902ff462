// edge1020 lint, from files to exit codes: formats, ignores, fixes, places in Terraform and JSON, and its page.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { afterAll, describe, expect, test } from 'vitest'
import type { Finding } from '../src/lint/finding.ts'
import { LINTS } from '../src/lint/table.ts'
import { ROOT, run, scratch } from './cli.ts'
import { fencesOf } from './documents.ts'
import schema from './sarif-2.1.0.schema.json' with { type: 'json' }

const folder = scratch()
afterAll(folder.remove)

const put = (name: string, text: string): string => {
  const file = join(folder.dir, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const findingsIn = async (...args: string[]): Promise<Finding[]> => {
  const { out, err } = await run(['lint', '--format', 'json', ...args])
  expect(err).toBe('')
  return (JSON.parse(out) as { findings: Finding[] }).findings
}

const rule = (expression: string, lines = '') =>
  `rules:\n  - name: a\n    action: block\n    expression: ${expression}\n${lines}`

const BAD = rule('ip.src.country eq "UK"')
const WARNED = rule('http.user_agent contains "Chrome/10"')

describe('docs/lint.md', () => {
  const fences = fencesOf('docs/lint.md')
  const [document, printed, ignored] = fences

  test('shows what the command prints', async () => {
    const file = put('docs/rules.yaml', document!.text)
    const { out, err, code } = await run(['lint', file])
    const shown = `$ edge1020 lint rules.yaml\n${out}${err}`.replaceAll(file, 'rules.yaml')
    expect(shown).toBe(printed!.text)
    expect(code).toBe(1)
  })

  test('shows a request that `eval` finds true', async () => {
    const line = printed!.text.split('\n').find((one) => one.startsWith('  request: '))!
    const { out } = await run(['eval', '--ndjson'], { input: line.replace('  request: ', '') })
    expect(JSON.parse(out)).toMatchObject({ ok: true, result: true })
  })

  test('has an ignore that silences', async () => {
    const text = ignored!.text
    expect(await findingsIn(put('docs/ignored.yaml', text))).toEqual([])
    const without = text.replace(/ +# .*\n/, '')
    expect(await findingsIn(put('docs/not-ignored.yaml', without))).toMatchObject([
      { code: 'country_allow_list' },
    ])
  })
})

describe('exit codes', () => {
  test.each([
    [0, rule('ssl'), []],
    [1, BAD, []],
    [0, WARNED, []],
    [0, WARNED, ['--max-warnings', '1']],
    [1, WARNED, ['--max-warnings', '0']],
    [1, WARNED, ['--fail-on', 'warning']],
    [0, rule('ssl or cf.client.bot and not ssl'), ['--fail-on', 'warning']],
    [1, rule('ssl or cf.client.bot and not ssl'), ['--fail-on', 'info']],
    [2, 'rules: [', []],
    [2, rule('nosuch eq 1'), ['--fail-on', 'info']],
    [2, BAD, ['--fail-on', 'never']],
    [2, BAD, ['--format', 'xml']],
    [2, BAD, ['--max-warnings', 'x']],
  ])('%s: %j %j', async (code, text, args) => {
    expect((await run(['lint', put('exit.yaml', text), ...args])).code).toBe(code)
  })

  test('2: Terraform that ends in the middle', async () => {
    const file = put('broken/main.tf', 'resource "cloudflare_ruleset" "a" {\n  name = "open\n}\n')
    expect((await run(['lint', file])).code).toBe(2)
  })

  test('2: a path that is not there', async () => {
    const { code, err } = await run(['lint', join(folder.dir, 'none.yaml')])
    expect([code, err]).toEqual([2, expect.stringContaining('no rule file or directory')])
  })

  test('0: a list that a feed fills', async () => {
    const text = rule('ip.src in $office')
    const file = put('feed.yaml', text)
    const feed = put('office.txt', '192.0.2.1\n')
    const args = ['lint', file, '--fail-on', 'warning']
    expect((await run(args)).code).toBe(1)
    expect((await run([...args, '--feed', `office=${feed}`])).code).toBe(0)
  })

  test('2: no path', async () => {
    expect((await run(['lint'])).err).toContain('expected a file or a folder')
  })
})

describe('formats', () => {
  const file = put(
    'formats/100%, a:b.yaml',
    `rules:\n  - name: "50%: a, b"\n    action: block\n    expression: |\n      ssl and\n      ip.src.country eq "UK"\n`
  )

  test('json has the fields of a finding', async () => {
    expect(await findingsIn(file)).toEqual([
      {
        file,
        line: 6,
        column: 25,
        endColumn: 29,
        severity: 'error',
        code: 'unknown_country',
        message: expect.stringContaining('unknown country `UK`'),
        rule: '50%: a, b',
        fix: {
          message: 'did you mean `GB`?',
          edits: [{ line: 6, column: 26, endColumn: 28, text: 'GB' }],
        },
      },
    ])
  })

  test('--json is --format json', async () => {
    const [short, long] = await Promise.all([
      run(['lint', file, '--json']),
      run(['lint', file, '--format', 'json']),
    ])
    expect(short).toEqual(long)
  })

  test('github escapes data and properties', async () => {
    const { out } = await run(['lint', file, '--format', 'github'])
    const escaped = file.replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
    expect(out).toBe(
      `::error file=${escaped},line=6,col=25,endColumn=29,title=unknown_country in 50%25%3A a%2C b::` +
        'unknown country `UK`: expected an ISO 3166-1 code of two upper-case letters, T1 (Tor) or XX (unknown)%0Adid you mean `GB`?\n'
    )
  })

  test('sarif is valid against its schema, with findings of every kind and with none', async () => {
    const { id: _, $schema: __, ...rest } = schema as Record<string, unknown>
    const ajv = new Ajv({ strict: false, unicodeRegExp: false })
    addFormats.default(ajv)
    const validate = ajv.compile(rest)
    const covered = put('formats/covered.yaml', fencesOf('docs/lint.md')[0]!.text)
    const broken = put('formats/broken.yaml', 'rules: [')
    for (const path of [file, covered, broken, put('formats/good.yaml', rule('ssl'))]) {
      const log = JSON.parse((await run(['lint', path, '--format', 'sarif'])).out)
      expect(validate(log), ajv.errorsText(validate.errors)).toBe(true)
    }
    const log = JSON.parse((await run(['lint', file, '--format', 'sarif'])).out)
    expect(validate({ ...log, version: 1 })).toBe(false)
    const [{ results, tool }] = log.runs
    expect(tool.driver.rules).toHaveLength(LINTS.length)
    expect(results[0].ruleId).toBe(tool.driver.rules[results[0].ruleIndex].id)
    expect(results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: expect.stringMatching(/100%25%2C%20a%3Ab\.yaml$/) },
      region: { startLine: 6, startColumn: 25, endLine: 6, endColumn: 29 },
    })
  })
})

describe('ignores', () => {
  const ignore = '# edge1020-ignore unknown_country: a test'

  test.each([
    [
      'above the rule',
      `rules:\n  ${ignore}\n  - name: a\n    action: block\n    expression: ip.src.country eq "UK"\n`,
    ],
    [
      'inside the rule',
      `rules:\n  - name: a\n    action: block\n    ${ignore}\n    expression: ip.src.country eq "UK"\n`,
    ],
    [
      'behind a key',
      `rules:\n  - name: a ${ignore}\n    action: block\n    expression: ip.src.country eq "UK"\n`,
    ],
    [
      'above another comment',
      `rules:\n  ${ignore}\n\n  # a rule\n  - name: a\n    action: block\n    expression: ip.src.country eq "UK"\n`,
    ],
  ])('%s: silences', async (_, text) => {
    expect(await findingsIn(put('ignored.yaml', text))).toEqual([])
  })

  test.each([
    ['a rule document', { rules: [{}] }],
    ['a document of the API', { phase: 'http_request_firewall_custom', kind: 'zone', rules: [{}] }],
  ])('in %s, which is JSON, stands in the description', async (_, document) => {
    const rule = { action: 'block', expression: 'ip.src.country eq "UK"' }
    const with_ = (description: string) =>
      JSON.stringify({ ...document, rules: [{ ...rule, description }] }, undefined, 2)
    expect(await findingsIn(put('described.json', with_(`no UK ${ignore}`)))).toEqual([])
    const bare = put('bare.json', with_('no UK # edge1020-ignore unknown_country:'))
    const codes = (await findingsIn(bare)).map((one: { code: string }) => one.code)
    expect(codes.toSorted()).toEqual(['invalid_ignore', 'unknown_country'])
  })

  test('of one rule is not of the next', async () => {
    const two = `rules:\n  ${ignore}\n  - { name: a, action: block, expression: ip.src.country eq "UK" }\n  - { name: b, action: block, expression: ip.src.country eq "EU" }\n`
    expect(await findingsIn(put('two.yaml', two))).toMatchObject([
      { code: 'unknown_country', rule: 'b' },
    ])
  })

  test('of a lint that needs a plan is unused only with one', async () => {
    const text = `rules:\n  ${ignore.replace('unknown_country', 'plan_regex')}\n  - { name: a, action: block, expression: ssl }\n`
    const file = put('planned.yaml', text)
    expect(await findingsIn(file)).toEqual([])
    expect(await findingsIn(file, '--plan', 'free')).toMatchObject([{ code: 'unused_ignore' }])
  })

  test('works in Terraform', async () => {
    const file = put(
      'ignored/main.tf',
      terraform(`${ignore}\n    expression = "ip.src.country eq \\"UK\\""`)
    )
    expect(await findingsIn(file)).toEqual([])
  })
})

const terraform = (lines: string, eol = '\n') =>
  `resource "cloudflare_ruleset" "r" {\n  kind  = "zone"\n  phase = "http_request_firewall_custom"\n  rules {\n    action = "block"\n    description = "tf"\n    ${lines}\n  }\n}\n`.replaceAll(
    '\n',
    eol
  )

const VARIABLE = `expression = "ip.src.country eq \\"\${var.c}\\""`

describe('names', () => {
  test('a rule without one has the beginning of its expression, and what is not enforced its own', async () => {
    const long = 'ip.src.country eq "UK" and http.host eq "a.test" and http.request.uri.path ne "/"'
    const rules = [
      { action: 'block', description: '', expression: 'ip.src.country eq "UK" and  ssl' },
      { action: 'block', expression: long },
      { action: 'execute', expression: 'ssl', action_parameters: { id: 'none' } },
    ]
    const document = { kind: 'zone', phase: 'http_request_firewall_custom', rules }
    const found = await findingsIn(put('names.json', JSON.stringify(document)))
    expect(found.map((finding) => [finding.code, finding.rule]).toSorted()).toEqual([
      ['not_enforced', 'ssl'],
      ['unknown_country', 'ip.src.country eq "UK" and http.host eq "a.test" and http.r…'],
      ['unknown_country', 'ip.src.country eq "UK" and ssl'],
    ])
  })
})

describe('places', () => {
  const heredoc = 'expression = <<-EOT\n      ssl and\n      ip.src.country eq "UK"\n    EOT'
  test.each<[string, string, object]>([
    [
      'quoted.tf',
      terraform('expression = "é\\"é\\" eq http.host"').replace(
        'é\\"é\\" eq http.host',
        'http.host eq \\"é\\" or ip.src.country eq \\"UK\\"'
      ),
      { line: 7, column: 59, endColumn: 65 },
    ],
    ['heredoc.tf', terraform(heredoc), { line: 9, column: 25, endColumn: 29 }],
    ['windows.tf', terraform(heredoc, '\r\n'), { line: 9, column: 25, endColumn: 29 }],
    ['variable.tf', `variable "c" { default = "UK" }\n${terraform(VARIABLE)}`, { line: 5 }],
    [
      'api.json',
      JSON.stringify(
        {
          phase: 'http_request_firewall_custom',
          kind: 'zone',
          rules: [{ action: 'block', expression: 'ip.src.country eq "UK"', description: 'tf' }],
        },
        undefined,
        2
      ),
      { line: 7, column: 40, endColumn: 46 },
    ],
  ])('%s', async (name, text, place) => {
    const findings = await findingsIn(put(`places/${name}`, text))
    expect(findings.filter(({ code }) => code === 'unknown_country')).toMatchObject([
      { ...place, rule: 'tf' },
    ])
  })

  test('an error at the beginning of an expression', async () => {
    const text = terraform('expression = "nosuch eq 1"')
    expect(await findingsIn(put('places/first/main.tf', text))).toMatchObject([
      { code: 'unknown_identifier', line: 7, column: 19, endColumn: 25, rule: 'tf' },
    ])
  })

  test('rules of two zones do not cover each other', async () => {
    const one = terraform('expression = "ssl and http.host eq \\"a\\""').replace(
      'kind ',
      'zone_id = "one"\n  kind '
    )
    const two = terraform('expression = "ssl and http.host eq \\"a\\""')
      .replace('"r"', '"s"')
      .replace('kind ', 'zone_id = "two"\n  kind ')
    expect(await findingsIn(put('zones/main.tf', one + two))).toEqual([])
    const same = two.replace('"two"', '"one"')
    expect(await findingsIn(put('zone/main.tf', one + same))).toMatchObject([
      { code: 'duplicate_rule' },
    ])
  })
})

describe('--fix', () => {
  test.each<[string, string, string]>([
    [
      'comments, quotes and line ends stay',
      '# top\r\nrules:\r\n  - name: a # why\r\n    action: block\r\n    expression: \'any(http.request.headers["X-Api"][*] eq "x") or ip.geoip.country in {"uk" "DE" "DE"} or ip.geoip.country eq "fr"\'\r\n',
      '# top\r\nrules:\r\n  - name: a # why\r\n    action: block\r\n    expression: \'any(http.request.headers["x-api"][*] eq "x") or ip.src.country in {"GB" "DE"} or ip.src.country eq "FR"\'\r\n',
    ],
    [
      'JSON',
      '{"rules":[{"name":"a","action":"block","expression":"ip.src.country eq \\"uk\\" or lower(http.host) eq \\"A\\""}]}',
      '{"rules":[{"name":"a","action":"block","expression":"ip.src.country eq \\"GB\\" or lower(http.host) eq \\"a\\""}]}',
    ],
    [
      'a file that begins with a byte order mark',
      `\ufeff{"rules":[{"name":"a","action":"block","expression":"ip.src.country eq \\"uk\\""}]}`,
      `\ufeff{"rules":[{"name":"a","action":"block","expression":"ip.src.country eq \\"GB\\""}]}`,
    ],
  ])('%s', async (_, before, after) => {
    const file = put('fix.yaml', before)
    await run(['lint', '--fix', file])
    expect(readFileSync(file, 'utf8')).toBe(after)
    expect(await findingsIn(file)).toEqual([])
  })

  test('Terraform, and nothing where the text is built from parts', async () => {
    const built = `variable "c" { default = "uk" }\n${terraform(VARIABLE)}`
    const file = put('fix/built.tf', built)
    await run(['lint', '--fix', file])
    expect(readFileSync(file, 'utf8')).toBe(built)
    const whole = put(
      'fix/whole.tf',
      terraform(
        'expression = <<EOT\nhttp.host eq "Shop.Test" and\n  ip.geoip.asnum in {1 2 1}\nEOT'
      )
    )
    const { err, code } = await run(['lint', '--fix', whole])
    expect(readFileSync(whole, 'utf8')).toContain(
      'http.host eq "shop.test" and\n  ip.src.asnum in {1 2}\n'
    )
    expect([err, code]).toEqual(['3 findings fixed\nno findings: 1 rule in 1 file\n', 0])
  })
})

describe('the index', () => {
  test.each([
    'rules/starter.yaml',
    'rules/rate-limits.yaml',
    'rules/products.yaml',
    'examples/terraform',
    'examples/ruleset.json',
  ])('%s has no errors and no warnings about its rules', async (path) => {
    const findings = await findingsIn(join(ROOT, path))
    expect(
      findings.filter(
        ({ severity, code }) =>
          severity !== 'info' && code !== 'unknown_list' && code !== 'not_loaded'
      )
    ).toEqual([])
  })
})
