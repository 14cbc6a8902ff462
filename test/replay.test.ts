// edge1020 replay, from the command line.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

/** One line that asks for /a. */
const ZSTD =
  'KLUv/QRYZQIAUgUSGJC1bfdQ2EN05EQdiwXmd19ursZs66sFB4P9FtVagsIAmc2Y17/a8hKXlBQrdEISc+D/CRc/+/M8m1ckKIRGAmxsnKf30yMDAAhV1V4='

const replay = async (...args: string[]) => {
  const ran = await run(['replay', ...args, '--json'])
  return { ...ran, report: JSON.parse(ran.out) as ReplayReport }
}

describe('edge1020 replay', () => {
  test('counts the results of the rules', async () => {
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

  test('reports the differences between two sets of rules', async () => {
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

  test('--fail-if fails if no request is judged', async () => {
    const { code, err } = await run([
      ...['replay', LOG, '--rules', BY_AGENT, '--since', '2999-01-01T00:00:00Z'],
      ...['--fail-if', 'blocked > 50%'],
    ])
    expect(err).toContain('failed: --fail-if: no request was judged')
    expect(code).toBe(1)
  })

  test('lists rules that need data missing from the log, and skips them', async () => {
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

  test('threads give the same counts as one process', async () => {
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

describe('rate limiting rules', () => {
  const LIMIT = file(
    'limit.json',
    JSON.stringify({
      rate_limits: [
        {
          name: 'slow',
          expression: 'http.request.uri.path eq "/a"',
          action: 'block',
          period: 10,
          requests_per_period: 2,
        },
        {
          name: 'failing',
          expression: true,
          counting_expression: 'http.response.code eq 404',
          action: 'managed_challenge',
          period: 10,
          requests_per_period: 2,
        },
      ],
    })
  )
  const at = (path: string, second: number, more = {}) =>
    line(`GET ${path} HTTP/1.1`, { second, ...more })

  test('count by the time in the log', async () => {
    const log = file(
      'limited.log',
      [0, 1, 2, 3].map((second) => at('/a', second)).join('') +
        // A slow request that began before: the clock of the counters does not go back.
        at('/x', 1) +
        at('/a', 2, { ip: '192.0.2.9' }) +
        at('/a', 3) +
        at('/a', 40)
    )
    const { report } = await replay(log, '--rules', LIMIT, '--threads', '4')
    expect(report.outcomes).toEqual({ pass: 5, challenge: 0, block: 3 })
    expect(report.refused.examples.map((one) => one.line)).toEqual([3])
    expect(report.threads).toBe(1)
    expect(report.rules.counting.map(({ name }) => name)).toEqual(['slow', 'failing'])
  })

  test('count by the status in the log', async () => {
    const failing = [0, 1, 2, 3].map((second) => at('/x', second, { status: 404 })).join('')
    const fine = [0, 1, 2, 3].map((second) => at('/x', second, { ip: '192.0.2.8' })).join('')
    const log = file('failing.log', failing + fine)
    const { report } = await replay(log, '--rules', LIMIT)
    expect(report.outcomes.challenge).toBeGreaterThan(0)
    expect(report.refused.top.addresses.entries.map(({ value }) => value)).toEqual(['192.0.2.1'])
  })

  test('are skipped for a sample', async () => {
    const { report } = await replay(LOG, '--rules', LIMIT, '--sample', '50%')
    expect(report.rules.unjudged).toHaveLength(2)
    expect(report.skipped.notSampled).toBe(3)
    expect(report.rules.counting).toEqual([])
  })
})

describe('a report', () => {
  test('has three examples for a rule, from different addresses', async () => {
    const log = file(
      'many.log',
      [1, 1, 2, 3, 4, 5].map((n) => line('GET /a HTTP/1.1', { ip: `192.0.2.${n}` })).join('')
    )
    const { report } = await replay(log, '--rules', BY_PATH)
    expect(report.refused.examples.map((one) => [one.line, one.address])).toEqual([
      [1, '192.0.2.1'],
      [3, '192.0.2.2'],
      [4, '192.0.2.3'],
    ])
  })

  test('gives the line in a log of several chunks', async () => {
    const filler = line('GET /x HTTP/1.1').repeat(30_000)
    const log = file('chunks.log', `${filler}${line('GET /a HTTP/1.1')}broken`)
    const { report } = await replay(log, '--rules', BY_PATH, '--threads', '1')
    expect(report.refused.examples.map((one) => one.line)).toEqual([30_001])
    expect(report.broken.map((one) => one.line)).toEqual([30_002])
  })

  test('omits disabled rules', async () => {
    const off = file(
      'off.json',
      rules(
        { ...block('host', 'http.host eq "x"'), enabled: false },
        block('path', 'http.request.uri.path eq "/a"')
      )
    )
    const { report } = await replay(LOG, '--rules', off)
    expect(report.rules.unjudged).toEqual([])
    expect(report.rules.enabled).toBe(1)
  })

  test('distinguishes bots with one address', async () => {
    const bots = file('bots.json', rules(block('bot', 'cf.client.bot')))
    const agent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
    const ip = '66.249.66.1'
    const log = file(
      'bots.log',
      line('GET / HTTP/1.1', { ip }) +
        line('GET / HTTP/1.1', { ip, agent }) +
        line('GET / HTTP/1.1', { ip })
    )
    const { report } = await replay(log, '--rules', bots)
    expect(report.refused.examples.map((one) => one.line)).toEqual([2])
    expect(report.outcomes.block).toBe(1)
  })

  test('lists all headers if a rule reads headers beyond named ones', async () => {
    const any = file(
      'any.json',
      rules(block('any', 'any(http.request.headers.names[*] eq "x-bot")'))
    )
    const { report } = await replay(LOG, '--rules', any)
    expect(report.rules.unjudged[0]!.missing).toEqual([
      { field: 'http.request.headers.names', what: 'all headers' },
    ])
  })
})

describe('options of the command line', () => {
  test('--since and --until limit the time', async () => {
    const args = [
      LOG,
      '--rules',
      BY_PATH,
      '--since',
      '2015-05-17 10:05:04',
      '--until',
      '2015-05-18',
    ]
    const { report } = await replay(...args)
    expect([report.requests, report.skipped.outsideTime]).toEqual([1, 3])
    const to = await replay(
      LOG,
      '--rules',
      BY_PATH,
      '--since',
      '2015-05-17T10:05:03Z',
      '--until',
      '2015-05-17T10:05:59Z'
    )
    expect([to.report.requests, to.report.skipped.outsideTime]).toEqual([3, 1])
  })

  test('--trust accepts the forwarded address', async () => {
    const forwarded = file(
      'forwarded.log',
      line('GET / HTTP/1.1', { ip: '10.0.0.1' }).replace(/\n$/, ' "203.0.113.5"\n')
    )
    const byAddress = file('address.json', rules(block('address', 'ip.src eq 203.0.113.5')))
    const blocked = async (...more: string[]) =>
      (await replay(forwarded, '--rules', byAddress, ...more)).report.outcomes.block
    expect(await blocked()).toBe(0)
    expect(await blocked('--trust', '10.0.0.0/8')).toBe(1)
    expect(await blocked('--trust', '192.0.2.0/24')).toBe(0)
  })

  test('--scheme and --ip supply data missing from the log', async () => {
    const bare = file('bare.log', 'GET /a 200\n')
    const both = file(
      'both.json',
      rules(block('tls', 'ssl'), block('address', 'ip.src eq 203.0.113.5'))
    )
    const format = ['--format', '$request_method $request_uri $status']
    const { report, out } = await replay(bare, '--rules', both, ...format)
    expect(report.rules.unjudged).toHaveLength(2)
    expect(out).toContain('http or https')
    const by = async (...more: string[]) => {
      const ran = await replay(bare, '--rules', both, ...format, ...more)
      return ran.report.refused.rules.map(({ rule }) => rule?.name)
    }
    expect(await by('--scheme', 'https')).toEqual(['tls'])
    expect(await by('--scheme', 'http', '--ip', '203.0.113.5')).toEqual(['address'])
    const { out: text } = await run(['replay', bare, '--rules', both, ...format])
    expect(text).toContain('--scheme https, --ip IP can say it for all lines')
  })

  test('zones need a host', async () => {
    const zones = file(
      'zones.json',
      JSON.stringify({ zones: [{ name: 'shop.test', rules: [block('all', 'true')] }] })
    )
    const { code, err } = await run(['replay', LOG, '--rules', zones])
    expect(code).toBe(2)
    expect(err).toContain('--host')
    const { report } = await replay(LOG, '--rules', zones, '--host', 'shop.test')
    expect(report.outcomes.block).toBe(4)
    const elsewhere = await replay(LOG, '--rules', zones, '--host', 'other.test')
    expect(elsewhere.report.noZone).toBe(4)
  })

  test('--out writes the report as a page', async () => {
    const page = join(dir, 'report.html')
    await run(['replay', LOG, '--rules', BY_PATH, '--out', page])
    expect(readFileSync(page, 'utf8')).toContain('<h2>Blocked or challenged: 2 requests</h2>')
    const { code, err } = await run([
      'replay',
      LOG,
      '--rules',
      BY_PATH,
      '--out',
      join(dir, 'no', 'x'),
    ])
    expect([code, err]).toEqual([2, expect.stringContaining('cannot be written')])
  })
})

describe('a compressed log', () => {
  const lines = Array.from({ length: 3_000 }, (_, i) => line(`GET /${i} HTTP/1.1`)).join('')
  const packed = gzipSync(lines)

  test('with a missing end is judged up to that point, and the report says so', async () => {
    const cut = file('cut.gz', packed.subarray(0, packed.length >> 1))
    const { report, code } = await replay(cut, '--rules', BY_PATH)
    expect(code).toBe(0)
    expect(report.logs[0]!.problem).toBe('the gzip data ends too early')
    expect(report.requests).toBeGreaterThan(500)
    expect(report.requests).toBeLessThan(3_000)
  })

  test('with damage is judged up to that point, and the report says so', async () => {
    const bytes = Buffer.from(packed)
    bytes[bytes.length - 6]! ^= 0xff
    const { report } = await replay(file('damaged.gz', bytes), '--rules', BY_PATH)
    expect(report.logs[0]!.problem).toContain('the gzip data is damaged')
    expect(report.requests).toBe(3_000)
    const junk = file('junk.gz', Buffer.concat([packed, Buffer.from('junk after it')]))
    const { report: whole } = await replay(junk, '--rules', BY_PATH)
    expect(whole.requests).toBe(3_000)
    expect(whole.logs[0]!.problem).toBe(
      'after the gzip data comes something else, which is not read'
    )
  })

  test('may have several parts, and may be zstd', async () => {
    const twice = file('twice.gz', Buffer.concat([packed, packed]))
    expect((await replay(twice, '--rules', BY_PATH)).report.requests).toBe(6_000)
    const zst = file('a.zst', Buffer.from(ZSTD, 'base64'))
    const { report } = await replay(zst, '--rules', BY_PATH)
    expect(report.logs[0]).toMatchObject({ packing: 'zstd', lines: 1 })
    expect(report.outcomes.block).toBe(1)
    const cut = file('cut.zst', Buffer.from(ZSTD, 'base64').subarray(0, 60))
    expect((await replay(cut, '--rules', BY_PATH)).report.logs[0]).toMatchObject({
      format: 'empty',
      problem: 'the zstd data ends too early',
    })
  })

  test('of another format is refused', async () => {
    const xz = file('a.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))
    const { code, err } = await run(['replay', xz, '--rules', BY_PATH])
    expect([code, err]).toEqual([2, expect.stringContaining('xz -dc FILE | edge1020 replay -')])
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
