// edge1020 replay, from the command line.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import type { ReplayReport } from '../src/replay/report.ts'
import { run, runBuilt, scratch } from './cli.ts'

const { dir, remove } = scratch()
afterAll(remove)

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

const line = (
  request: string,
  { ip = '192.0.2.1', agent = 'Mozilla/5.0', status = 200, second = 3 } = {}
) =>
  `${ip} - - [17/May/2015:10:05:${String(second).padStart(2, '0')} +0000] "${request}" ${status} 5 "-" "${agent}"\n`

const rules = (...list: readonly object[]) => JSON.stringify({ rules: list })
const block = (name: string, expression: string, action = 'block') => ({ name, expression, action })

const BY_PATH = file('path.json', rules(block('path', 'http.request.uri.path eq "/a"')))
const BY_AGENT = file('agent.json', rules(block('agent', 'http.user_agent contains "curl"')))

const LOG = file(
  'access.log',
  line('GET /a HTTP/1.1') +
    line('GET /b HTTP/1.1', { agent: 'curl/8', ip: '192.0.2.2' }) +
    line('GET /a?x HTTP/1.1', { agent: 'curl/8', status: 403 }) +
    line('GET /c HTTP/1.1', { second: 59 }) +
    'broken\n' +
    line('-')
)

const replay = async (...args: string[]) => {
  const ran = await run(['replay', ...args, '--json'])
  return { ...ran, report: JSON.parse(ran.out) as ReplayReport }
}

describe('edge1020 replay', () => {
  test('counts what the rules do with each request', async () => {
    const { code, report } = await replay(LOG, '--rules', BY_PATH)
    expect(code).toBe(0)
    expect(report).toMatchObject({
      lines: 6,
      requests: 4,
      outcomes: { pass: 2, challenge: 0, block: 2 },
      skipped: { broken: 1, withoutRequest: 1, comments: 0 },
      from: '2015-05-17T10:05:03Z',
      to: '2015-05-17T10:05:59Z',
      refused: { count: 2, share: 0.5 },
    })
    expect(report.broken).toEqual([
      { log: LOG, line: 5, reason: 'expected an address at its start', text: 'broken' },
    ])
    expect(report.rules.matched).toMatchObject([{ name: 'path', matched: 2, decided: 2 }])
    expect(report.refused.top.paths.entries).toEqual([{ value: '/a', count: 2 }])
    expect(report.statuses).toEqual([
      { status: 200, pass: 2, challenge: 0, block: 1 },
      { status: 403, pass: 0, challenge: 0, block: 1 },
    ])
  })

  test('says how two sets of rules differ', async () => {
    const { report } = await replay(LOG, '--rules', BY_AGENT, '--against', BY_PATH)
    const { newly_blocked, newly_passed, newly_challenged, other_answer } = report.difference!
    expect(newly_blocked).toMatchObject({
      count: 1,
      examples: [{ line: 2, address: '192.0.2.2', before: { outcome: 'pass' }, rule: 'agent' }],
    })
    expect(newly_passed).toMatchObject({
      count: 1,
      rules: [{ rule: { name: 'path' }, count: 1 }],
      examples: [{ line: 1, outcome: 'pass', before: { outcome: 'block', rule: 'path' } }],
    })
    expect(other_answer).toMatchObject({ count: 1, examples: [{ line: 3, rule: 'agent' }] })
    expect(newly_challenged.count).toBe(0)
    expect(report.outcomesBefore).toEqual({ pass: 2, challenge: 0, block: 2 })
  })

  test.each([
    ['newly_blocked > 0.1%', 1],
    ['newly_blocked > 30%', 0],
  ])('--fail-if %s: exit code %i', async (condition, expected) => {
    const args = ['replay', LOG, '--rules', BY_AGENT, '--against', BY_PATH, '--fail-if', condition]
    const { code, err } = await run(args)
    expect(code).toBe(expected)
    expect(err).toBe(
      expected === 1 ? 'failed: newly_blocked > 0.1%: newly_blocked is 1 of 4 (25%)\n' : ''
    )
  })

  test('names rules that the log does not tell enough of, and leaves them out', async () => {
    const unjudged = file(
      'unjudged.json',
      rules(
        block('host', 'http.host ne "shop.test"'),
        block('header', 'http.request.headers["x-api-key"][0] eq "1"'),
        block('agent header', 'http.request.headers["user-agent"][0] contains "curl"'),
        block('body', 'http.request.body.raw contains "x"')
      )
    )
    const { report } = await replay(LOG, '--rules', unjudged)
    expect(report.rules.unjudged.map(({ rule, missing }) => [rule.name, missing])).toEqual([
      ['host', [{ field: 'http.host', what: 'the header host' }]],
      ['header', [{ field: 'http.request.headers', what: 'the header x-api-key' }]],
      ['body', [{ field: 'http.request.body.raw', what: 'the body' }]],
    ])
    expect(report.outcomes.block).toBe(2)
    const { out } = await run(['replay', LOG, '--rules', unjudged])
    expect(out).toContain("can't be judged from this log: 3 rules\n")
    const given = await replay(LOG, '--rules', unjudged, '--host', 'other.test')
    expect(given.report.outcomes.block).toBe(4)
    expect(given.report.rules.unjudged).toHaveLength(2)
  })

  test('reads gzip, several logs and standard input', async () => {
    const packed = file('packed.gz', gzipSync(line('GET /a HTTP/1.1')))
    const { out } = await run(['replay', packed, LOG, '-', '--rules', BY_PATH, '--json'], {
      input: line('GET /a HTTP/1.1'),
    })
    const report = JSON.parse(out) as ReplayReport
    expect(report.logs.map(({ name, lines, packing }) => [name, lines, packing])).toEqual([
      [packed, 1, 'gzip'],
      [LOG, 6, undefined],
      ['-', 1, undefined],
    ])
    expect(report.outcomes.block).toBe(4)
  })

  test('threads count the same as one', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) =>
      line(`GET /${i % 7 === 0 ? 'a' : i} HTTP/1.1`, { ip: `192.0.2.${i % 250}`, second: i % 60 })
    )
    const large = file('large.log', `${lines.join('')}broken\n`)
    const reports = await Promise.all(
      ['1', '3'].map(async (threads) => {
        const args = ['replay', large, '--rules', BY_PATH, '--threads', threads, '--json']
        const { out } = await runBuilt(args)
        const { elapsedMs, linesPerSecond, threads: used, ...report } = JSON.parse(out)
        return { used, report }
      })
    )
    expect(reports.map(({ used }) => used)).toEqual([1, 3])
    expect(reports[0]!.report.broken[0].line).toBe(40_001)
    expect(reports[1]!.report).toEqual(reports[0]!.report)
  })
})

describe('wrong usage', () => {
  const none = join(dir, 'none.log')
  test.each([
    [['--rules', BY_PATH], 'expected an access log'],
    [[LOG], 'expected --rules'],
    [[none, '--rules', BY_PATH], 'no such file'],
    [[dir, '--rules', BY_PATH], 'it is a directory'],
    [[BY_PATH, '--rules', BY_PATH], 'unknown format, it begins with "{'],
    [[LOG, '--rules', BY_PATH, '--format', 'combind'], 'did you mean combined?'],
    [[LOG, '--rules', BY_PATH, '--since', 'yesterday'], 'expected a time such as'],
    [[LOG, '--rules', BY_PATH, '--sample', '0%'], 'expected 1/N'],
    [[LOG, '--rules', BY_PATH, '--fail-if', 'changed > 1'], 'expected --against'],
    [[LOG, '--rules', BY_PATH, '--bots', 'dns'], '--bots "dns"'],
    [[LOG, '--rules', BY_PATH, '--trust', 'nobody'], 'nobody'],
    [['-', '-', '--rules', BY_PATH], 'can be read once'],
  ])('%j: %s', async (args, words) => {
    const { code, err } = await run(['replay', ...args])
    expect(code).toBe(2)
    expect(err).toContain(words)
  })
})
