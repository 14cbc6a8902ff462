import { describe, expect, test } from 'vitest'
import { feedOf, refusal } from './feeds.fixture.ts'
import type { FeedFormat } from './spec.ts'

const many = (count: number) => Array.from({ length: count }, (_, i) => `198.51.100.${i}`)

test('accepts unusual first lines', () => {
  const { format, entries, problems } = feedOf(['What is this?', ...many(20), 'and this?'])
  expect({ format, entries }).toEqual({ format: 'list', entries: 20 })
  expect(problems).toHaveLength(2)
})

const EXPECTED = 'an IP address, a CIDR network or a range a-b'

describe('unreadable lines', () => {
  test.each<[line: string, expected: string, format?: FeedFormat]>([
    ['example.com', EXPECTED],
    ['1.2.3', EXPECTED],
    ['1.2.3.4.5', EXPECTED],
    ['1.2.3.256', EXPECTED],
    ['1.2.3.04', EXPECTED],
    ['01.2.3.4', EXPECTED],
    ['1.2.3.4/33', EXPECTED],
    ['1.2.3.4/', EXPECTED],
    ['1.2.3.4/08', EXPECTED],
    ['1.2.3.4/0x8', EXPECTED],
    ['1.2.3.4/255.0.0.0', EXPECTED],
    ['1.2.3.4 1.2.3.5', EXPECTED],
    ['1.2.3.4-', EXPECTED],
    ['1.2.3.4..', EXPECTED],
    ['1.2.3.4-1.2.3.3', EXPECTED],
    ['1.2.3.4-2001:db8::1', EXPECTED],
    ['2001:db8::1-1.2.3.4', EXPECTED],
    ['2001:db8::2-2001:db8::1', EXPECTED],
    ['1.2.3.4-1.2.3.5-1.2.3.6', EXPECTED],
    ['1.2.3.4:80', EXPECTED],
    ['2001:db8::/129', EXPECTED],
    ['2001:db8::/', EXPECTED],
    ['2001:db8::%eth0', EXPECTED],
    ['[2001:db8::1]', EXPECTED],
    ['0x7f000001', EXPECTED],
    ['2130706433', EXPECTED],
    ['１.2.3.4', EXPECTED],
    ['1.2.3.4\u00a0', EXPECTED],
    ['1.2.3.4\tx', 'an IP address or network, a tab and a number', 'scored'],
    ['1.2.3.4\t', 'an IP address or network, a tab and a number', 'scored'],
    ['1.2.3.4\t-1', 'an IP address or network, a tab and a number', 'scored'],
    ['1.2.3.4\t1e3', 'an IP address or network, a tab and a number', 'scored'],
    ['1.2.3.4\t1.', 'an IP address or network, a tab and a number', 'scored'],
    ['1.2.3.4\t1.2.3', 'an IP address or network, a tab and a number', 'scored'],
    ['1.2.3.4\t1 2', 'an IP address or network, a tab and a number', 'scored'],
    ['x\t1', 'an IP address or network, a tab and a number', 'scored'],
    ['AS', 'the number of an autonomous system, as AS64496', 'asn'],
    ['AS4294967296', 'the number of an autonomous system, as AS64496', 'asn'],
    ['AS64496.1', 'the number of an autonomous system, as AS64496', 'asn'],
    ['-1', 'the number of an autonomous system, as AS64496', 'asn'],
    [
      'ExitAddress x 2026-01-01',
      'ExitNode, Published, LastStatus or ExitAddress with an IP address',
      'tor',
    ],
    ['ExitAddress', 'ExitNode, Published, LastStatus or ExitAddress with an IP address', 'tor'],
    ['Exit 1.2.3.4', 'ExitNode, Published, LastStatus or ExitAddress with an IP address', 'tor'],
    [
      '{"cidr":"1.2.3.4/33"}',
      'a JSON object with cidr, ip, start and end, asn or hostname',
      'jsonl',
    ],
    [
      '{"cidr":["1.2.3.4"]}',
      'a JSON object with cidr, ip, start and end, asn or hostname',
      'jsonl',
    ],
    [
      '{"start":"1.2.3.4","end":"1.2.3.3"}',
      'a JSON object with cidr, ip, start and end, asn or hostname',
      'jsonl',
    ],
    ['{"asn":"x"}', 'a JSON object with cidr, ip, start and end, asn or hostname', 'jsonl'],
    ['{}', 'a JSON object with cidr, ip, start and end, asn or hostname', 'jsonl'],
    ['["1.2.3.4"]', 'a JSON object with cidr, ip, start and end, asn or hostname', 'jsonl'],
    ['{"cidr":"1.2.3.4"', 'a JSON object with cidr, ip, start and end, asn or hostname', 'jsonl'],
    ['null', 'a JSON object with cidr, ip, start and end, asn or hostname', 'jsonl'],
  ])('%j', (line, expected, format = 'list') => {
    const good: Record<FeedFormat, (address: string) => string> = {
      list: (address) => address,
      scored: (address) => `${address}\t5`,
      asn: (address) => `AS${address.slice('198.51.100.'.length)}`,
      tor: (address) => `ExitAddress ${address} 2026-01-01 00:00:00`,
      jsonl: (address) => `{"cidr":"${address}"}`,
      csv: (address) => address,
      hostname: (address) => `h${address.replaceAll('.', '-')}.test`,
    }
    const lines = many(20).map(good[format])
    const feed = feedOf([...lines, line], { format })
    expect(feed.entries).toBe(20)
    expect(feed.problems).toEqual([
      `feed.txt:21: ${JSON.stringify(line.replace(/\t$/, ''))}: expected ${expected}`,
    ])
  })

  test.each([
    ['ip,score', '1.2.3.4,high', 'a number in the column of the score'],
    ['ip,score', 'x,1', `${EXPECTED} in column 1`],
    ['a,ip', '1', `${EXPECTED} in column 2`],
    ['ip', '"1.2.3.4', 'a quote that is closed on its line'],
    ['ip', '"1.2.3.4""', 'a quote that is closed on its line'],
    ['start,end', '1.2.3.4,1.2.3.3', 'two IP addresses in the columns of start and end'],
    ['start,end', '1.2.3.4', 'two IP addresses in the columns of start and end'],
    ['name,asn', 'x', 'the number of an autonomous system in its column'],
    ['name,asn', 'x,y', 'the number of an autonomous system in its column'],
  ])('in a table with %s: %j', (header, line, expected) => {
    const cells: Record<string, (address: string, i: number) => string> = {
      'a,ip': (address) => `,${address}`,
      'ip,score': (address) => `${address},5`,
      ip: (address) => address,
      'start,end': (address) => `${address},${address}`,
      'name,asn': (_, i) => `,${i}`,
    }
    const { entries, problems } = feedOf([header, ...many(20).map(cells[header]!), line])
    expect(entries).toBe(20)
    expect(problems).toEqual([`feed.txt:22: ${JSON.stringify(line)}: expected ${expected}`])
  })

  test('names five and counts the others', () => {
    const { entries, problems } = feedOf([...many(100), ...'abcdefg'])
    expect(entries).toBe(100)
    expect(problems).toEqual([
      ...[...'abcde'].map((text, i) => `feed.txt:${101 + i}: "${text}": expected ${EXPECTED}`),
      'feed.txt: 2 more lines cannot be read',
    ])
  })

  test('line numbers include blank lines and comments', () => {
    const { problems } = feedOf(['', '# x', '\r', 'foo', ...many(20)])
    expect(problems).toEqual([`feed.txt:4: "foo": expected ${EXPECTED}`])
  })
})

describe('files that are not feeds', () => {
  const formats = 'list scored csv jsonl tor asn hostname'
  test.each<[name: string, text: string | readonly string[], message: string, format?: FeedFormat]>(
    [
      ['nothing', '', 'feed feed.txt: it is empty'],
      ['blanks', ' \r\n\n\t', 'feed feed.txt: it is empty'],
      [
        'a web page',
        '\n<!DOCTYPE html>\n<html>',
        'feed feed.txt: it is a web page, expected a list of addresses',
      ],
      [
        'a web page taken for a list',
        '<html>\n198.51.100.1',
        'feed feed.txt: it is a web page, expected a list of addresses',
        'list',
      ],
      [
        'an error as text',
        'Too many requests',
        `feed feed.txt: "Too many requests" has none of the formats ${formats}`,
      ],
      [
        'a table without addresses, said to be one',
        'x,198.51.100.1',
        'feed feed.txt: 1 of 1 line cannot be read: feed.txt:1: "x,198.51.100.1": expected a header row with a column ip, address, cidr, network, start and end, asn, hostname or value',
        'csv',
      ],
      [
        'a JSON array',
        '[\n  {"ip":"198.51.100.1"}\n]',
        "feed feed.txt: it is a JSON array, expected one object per line, as `jq -c '.[]'` prints them",
      ],
      [
        'a JSON array on one line',
        '[{"ip":"198.51.100.1"}]',
        "feed feed.txt: it is a JSON array, expected one object per line, as `jq -c '.[]'` prints them",
      ],
      [
        'a JSON document',
        '{\n  "prefixes": [\n    "198.51.100.0/24"\n  ]\n}',
        'feed feed.txt: 5 of 5 lines cannot be read: feed.txt:1: "{": expected a JSON object with cidr, ip, start and end, asn or hostname',
      ],
      [
        'another format than said',
        '198.51.100.1\n198.51.100.2',
        'feed feed.txt: 2 of 2 lines cannot be read: feed.txt:1: "198.51.100.1": expected the number of an autonomous system, as AS64496',
        'asn',
      ],
      [
        'a list of more than a tenth that cannot be read',
        [...many(17), 'foo', 'bar'],
        `feed feed.txt: 2 of 19 lines cannot be read: feed.txt:18: "foo": expected ${EXPECTED}`,
      ],
    ]
  )('%s', (_, text, message, format) => {
    expect(refusal(() => feedOf(text, { format }))).toEqual(['invalid_feed', message])
  })

  test('accepts a tenth of unreadable lines', () => {
    expect(feedOf([...many(18), 'foo', 'bar']).entries).toBe(18)
  })
})

test('skips AS numbers among addresses', () => {
  const { kind, entries, problems } = feedOf('{"ip":"198.51.100.1"}\n{"asn":64496}')
  expect({ kind, entries }).toEqual({ kind: 'ip', entries: 1 })
  expect(problems).toEqual(['feed.txt: 1 autonomous system among addresses left out'])
})

describe('a feed without accepted entries', () => {
  test.each([
    ['10.0.0.1\n192.168.0.0/16\n', 'no entry remains: all 2 entries are left out'],
    ['127.0.0.1\n', 'no entry remains: its only entry is left out'],
    ['0.0.0.0/0\n', 'no entry remains: its only entry is left out'],
    ['scope,value\ncountry,DE\n', 'no entry remains: its only entry is left out'],
  ])('%j starts with this problem', (text, problem) => {
    const { entries, problems } = feedOf(text)
    expect(entries).toBe(0)
    expect(problems[0]).toBe(`feed.txt: ${problem}`)
    expect(problems).toHaveLength(2)
  })

  test.each(['10.0.0.1\n203.0.113.1\n', '# none today\n'])('%j does not', (text) => {
    expect(feedOf(text).problems.filter((problem) => /taken in:/.test(problem))).toEqual([])
  })
})

describe('the start of a feed does not decide its format alone', () => {
  test.each([
    [
      'a name, then addresses',
      'feeds.example.test\n198.51.100.1\n'.concat('198.51.100.2\n'.repeat(20)),
    ],
    ['a number, then addresses', '20261128\n'.concat('198.51.100.2\n'.repeat(20))],
  ])('%s', (_, text) => {
    expect(feedOf(text)).toMatchObject({ format: 'list', kind: 'ip' })
  })

  test('skips and counts a scope that is neither an address nor a network', () => {
    const { entries, problems, kind } = feedOf(
      'scope,value\nip,203.0.113.1\ncountry,DE\nusername,eve\n'
    )
    expect({ entries, kind }).toEqual({ entries: 1, kind: 'ip' })
    expect(problems).toEqual([
      'feed.txt: 2 entries with a scope other than ip, range and as left out',
    ])
  })

  test('a scope of autonomous systems becomes a list of AS numbers', () => {
    const { kind, ints } = feedOf('scope,value\nAs,24940\nas,AS64496\n')
    expect({ kind, ints: [...ints] }).toEqual({ kind: 'asn', ints: [24940, 64496] })
  })
})
