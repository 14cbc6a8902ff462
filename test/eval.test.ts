import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROOT, run, scratch } from './cli.ts'
import { fencesOf } from './documents.ts'

const inShell = (script: string) =>
  spawnSync(
    'bash',
    ['-c', `edge1020() { node ${join(ROOT, 'dist/cli/main.js')} "$@"; }\n${script}`],
    { encoding: 'utf8' }
  )

describe('edge1020 eval', () => {
  test.each<[string[], string]>([
    [['http.host eq "shop.test"', '--request', 'GET https://shop.test/a?b=c'], 'true'],
    [['http.request.uri.query', '--request', 'GET https://shop.test/a?b=c'], '"b=c"'],
    [['http.request.version', '--request', 'GET / HTTP/2'], '"HTTP/2"'],
    [['http.user_agent', '-H', 'User-Agent: curl/8', '-H', 'Accept: */*'], '"curl/8"'],
    [['ip.src.country', '--ip', '175.45.176.1'], '"KP"'],
    [['ip.src.country', '--ip', '175.45.176.1', '--country', 'de'], '"DE"'],
    [['ip.src.asnum eq 13335', '--asn', 'AS13335'], 'true'],
    [['http.host', '--field', 'http.host=shop.test'], '"shop.test"'],
    [['cf.threat_score', '--field', 'cf.threat_score=20'], '20'],
    [['cf.threat_score', '--field', 'cf.threat_score=9223372036854775807'], '9223372036854775807'],
    [
      [
        ...['http.request.body.form["a"][0]', '--request', 'POST https://shop.test/'],
        ...['-H', 'Content-Type: application/x-www-form-urlencoded', '--body', 'a=1&b=2'],
      ],
      '"1"',
    ],
    [['http.request.headers["a"][0]'], '{"missing":"Bytes"}'],
    [['http.request.headers["a"][0] ne "b"'], 'false'],
    [['http.request.headers["a"][0] ne "b"', '--missing', 'engine'], 'true'],
  ])('%j prints %s', async (args, printed) => {
    expect(await run(['eval', ...args])).toEqual({ code: 0, out: `${printed}\n`, err: '' })
  })

  test('--json is the result as --ndjson gives it', async () => {
    const { out, code } = await run(['eval', 'ssl', '--json'])
    expect(JSON.parse(out)).toEqual({ id: null, ok: true, type: 'Bool', result: false })
    expect(code).toBe(0)
  })

  test('--trace shows what each part read', async () => {
    const { out } = await run(['eval', 'ssl or http.host eq "a"', '--trace', '-H', 'Host: a'])
    expect(out).toMatch(/^true\n/)
    expect(out).toContain('http.host = "a"')
  })

  test('--rules prints the value of each rule, of every format', async () => {
    const given = ['--request', 'GET https://shop.test/admin', '--ip', '198.51.100.1']
    const terraform = await run(['eval', '--rules', join(ROOT, 'examples/terraform'), ...given])
    expect(terraform).toMatchObject({ code: 0, err: '' })
    expect(
      terraform.out.split('\n').map((line) => line.replace(/\S*examples/, 'examples'))
    ).toEqual([
      'false  The office may do anything (skip, examples/terraform/main.tf:19)',
      'false  No Wget (block, examples/terraform/main.tf:28)',
      'false  No curl (block, examples/terraform/main.tf:28)',
      'false  No python-requests (block, examples/terraform/main.tf:28)',
      'true   Back office (block, examples/terraform/main.tf:37)',
      '',
    ])
    const { dir, remove } = scratch()
    onTestFinished(remove)
    const api = join(dir, 'rules.json')
    const rule = {
      description: 'off',
      expression: 'ssl',
      action: 'block',
      enabled: false,
      ref: 'r',
    }
    writeFileSync(
      api,
      JSON.stringify({ result: { phase: 'http_request_firewall_custom', rules: [rule] } })
    )
    const { out } = await run(['eval', '--rules', api, '--json', ...given])
    expect(JSON.parse(out)).toMatchObject({ id: 'r', name: 'off', enabled: false, result: true })
  })

  test.each([
    [['ssl'], 'expected an expression or --rules, not both'],
    [['--trace'], 'use `edge1020 explain` instead of --trace'],
  ])('--rules with %j is a mistake', async (args, message) => {
    const { code, err } = await run(['eval', '--rules', join(ROOT, 'rules/starter.yaml'), ...args])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  test('a mistake is pointed at, with the fix; exit code 2', async () => {
    const { code, out, err } = await run(['eval', 'http.hst eq "a"'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(
      'http.hst eq "a"\n^^^^^^^^ unknown identifier\nhelp: did you mean `http.host`?'
    )
  })

  test('of a long expression the part around the mistake is printed, as `rules check` does', async () => {
    const before = Array.from({ length: 60 }, (_, i) => `http.host eq "host${i}.test"`).join(' or ')
    const { err } = await run(['eval', `${before} or http.hst eq "a" or ${before}`])
    const [place, line = '', carets = ''] = err.split('\n')
    expect(place).toBe(`Filter parsing error (1:${before.length + 5}):`)
    expect(line).toHaveLength(102)
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('http.hst')
    expect(err.length).toBeLessThan(400)
  })

  test('a mistake with --json is JSON too', async () => {
    const { code, out } = await run(['eval', '(', '--json'])
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { line: 1 } })
    expect(code).toBe(2)
  })

  test.each<[string[], RegExp]>([
    [[], /expected one expression/],
    [['ssl', 'ssl'], /expected one expression/],
    [['ssl', '--ndjson'], /standard input/],
    [['ssl', '--request', 'nonsense'], /expected a method and a URL/],
    [['ssl', '-H', 'nonsense'], /expected name: value/],
    [['ssl', '--field', 'nonsense'], /expected name=value/],
    [['ssl', '--field', 'nope=1'], /"nope" is not a field/],
    [['ssl', '--ip', 'nonsense'], /ip\.src: "nonsense"/],
    [['ssl', '--asn', 'x'], /expected a number/],
    [['ssl', '--missing', 'x'], /expected one of docs, engine/],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { code, out, err } = await run(['eval', ...args])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
  })

  test('--ndjson: one result a line, in order; exit code 0', async () => {
    const cases = Array.from({ length: 2_000 }, (_, id) =>
      JSON.stringify({
        id,
        expression: id % 3 === 0 ? '(' : 'len(http.host) eq 1',
        fields: { 'http.host': 'a' },
      })
    )
    const { code, out } = await run(['eval', '--ndjson'], { input: cases.join('\n') })
    const results = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(results.map(({ id }) => id)).toEqual(cases.map((_, id) => id))
    expect(results.map(({ ok }) => ok)).toEqual(cases.map((_, id) => id % 3 !== 0))
    expect(code).toBe(0)
  })

  test('--ndjson on a pipe without end: answers as it reads, ends when its reader does', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'eval', '--ndjson'])
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    child.stdin.on('error', () => {})
    const feed = setInterval(() => child.stdin.write('{"id":1,"expression":"true"}\n'), 5)
    const [first] = await once(child.stdout.setEncoding('utf8'), 'data')
    child.stdout.destroy()
    const [code] = await once(child, 'close')
    clearInterval(feed)
    expect(first).toMatch(/^{"id":1,"ok":true,"type":"Bool","result":true}\n/)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  test('the examples of its help work', async () => {
    const { out } = await run(['eval', '--help'])
    const examples = out
      .split('Examples:\n')[1]!
      .split('\n\n')[0]!
      .trim()
      .split('\n')
      .map((line) => line.trim())
    expect(examples).toHaveLength(4)
    for (const example of examples) {
      const { status, stdout } = inShell(example)
      expect(stdout, example).toMatch(/^true\b|"result":true/m)
      expect(status, example).toBe(0)
    }
  })

  test('docs/eval.md prints what it says', () => {
    const fences = fencesOf('docs/eval.md')
    const shell = fences.filter(({ language }) => language === 'sh')
    expect(shell.map(({ text }) => inShell(text).stdout)).toEqual([
      'true\n',
      fences.find(({ language }) => language === 'json')!.text,
      'false\ntrue\ntrue\n',
    ])
    const [picture] = fences.filter(({ language }) => language === 'text')
    const [command, ...lines] = picture!.text.split('\n')
    expect(inShell(command!.slice('$ '.length)).stderr).toBe(lines.join('\n'))
  })
})

test('a list that nothing fills is told, one that a feed fills is not', async () => {
  const one = scratch()
  const feed = join(one.dir, 'office.txt')
  writeFileSync(feed, '192.0.2.0/24\n')
  const asked = ['eval', 'ip.src in $office', '--ip', '192.0.2.1', '--data', one.dir]
  const empty = await run(asked)
  expect(empty).toMatchObject({ code: 0, out: 'false\n' })
  expect(empty.err).toContain(
    'warning: $office has no contents here: fill it with --feed office=FILE'
  )
  const filled = await run([...asked, '--feed', `office=${feed}`])
  expect(filled.out).toBe('true\n')
  expect(filled.err).not.toContain('warning')
  const wrong = await run([
    'eval',
    'http.host in $office',
    '--data',
    one.dir,
    '--feed',
    `office=${feed}`,
  ])
  expect(wrong.out).toBe('false\n')
  expect(wrong.err).toContain('has addresses: expected a list of host names for `http.host`')

  writeFileSync(feed, '*.b.test,Ours\n')
  const hosts = await run([
    ...['eval', 'http.host in $office', '--data', one.dir, '--feed', `office=${feed}`],
    ...['--request', 'GET https://www.B.test/'],
  ])
  expect(hosts).toMatchObject({ code: 0, out: 'true\n', err: '' })
  one.remove()
})
