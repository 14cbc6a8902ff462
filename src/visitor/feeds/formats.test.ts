import { describe, expect, test } from 'vitest'
import { feedOf, sharesOf } from './feeds.fixture.ts'
import type { FeedFormat } from './spec.ts'

interface Case {
  format: FeedFormat
  kind?: 'ip' | 'asn' | 'hostname' | 'none'
  date?: string
  tor?: boolean
  /** Shares of addresses. */
  in: Record<string, number>
  out: readonly string[]
  entries: number
}

/** Copied in their shape, not their content. */
const FEEDS: Record<string, [text: string, read: Case]> = {
  'a plain list': [
    '198.51.100.7\n203.0.113.0/24\n2001:db8::1\n2001:db8:5::/48\n',
    {
      format: 'list',
      entries: 4,
      in: { '198.51.100.7': 100, '203.0.113.0': 100, '203.0.113.255': 100, '2001:db8:5:9::9': 100 },
      out: [
        '198.51.100.6',
        '198.51.100.8',
        '203.0.112.255',
        '203.0.114.0',
        '2001:db8::2',
        '2001:db8:6::',
      ],
    },
  ],
  'comments of all kinds, blank lines, CRLF': [
    '# one\r\n; two\r\n// three\r\n\r\n  198.51.100.7 # x\r\n198.51.100.8;y\r\n\t198.51.100.9 // z\t\r\n',
    {
      format: 'list',
      entries: 3,
      in: { '198.51.100.7': 100, '198.51.100.8': 100, '198.51.100.9': 100 },
      out: ['198.51.100.10'],
    },
  ],
  ranges: [
    '198.51.100.7-198.51.100.9\n198.51.100.20 - 198.51.100.21\n198.51.100.30..198.51.100.31\n2001:db8::1-2001:db8::5\n2001:db8::10..2001:db8::1f\n198.51.100.40-198.51.100.40',
    {
      format: 'list',
      entries: 6,
      in: {
        '198.51.100.7': 100,
        '198.51.100.9': 100,
        '198.51.100.21': 100,
        '198.51.100.30': 100,
        '198.51.100.40': 100,
        '2001:db8::5': 100,
        '2001:db8::1f': 100,
      },
      out: ['198.51.100.6', '198.51.100.10', '198.51.100.22', '2001:db8::6', '2001:db8::20'],
    },
  ],
  'a byte order mark': [
    '\ufeff198.51.100.7',
    { format: 'list', entries: 1, in: { '198.51.100.7': 100 }, out: ['198.51.100.8'] },
  ],
  'a FireHOL netset': [
    '#\n# some_level1\n#\n# ipv4 hash:net ipset\n#\n# Maintainer      : Somebody\n# Source File Date: Sat Mar  7 21:15:07 UTC 2026\n#\n# This File Date  : Sun Mar  8 01:00:00 UTC 2026\n# Entries         : 2 subnets\n#\n198.51.100.0/24\n203.0.113.9\n',
    {
      format: 'list',
      date: '2026-03-07',
      entries: 2,
      in: { '198.51.100.1': 100, '203.0.113.9': 100 },
      out: ['203.0.113.8'],
    },
  ],
  'Spamhaus DROP as text': [
    '; Somebody DROP List 2026/08/30 - (c) 2026\n; https://feeds.test/drop.txt\n; Last-Modified: Sun, 30 Aug 2026 05:17:00 GMT\n; Expires: Mon, 31 Aug 2026 09:03:35 GMT\n198.51.100.0/24 ; SBL1\n203.0.113.0/25 ; SBL2\n',
    {
      format: 'list',
      date: '2026-08-30',
      entries: 2,
      in: { '198.51.100.1': 100, '203.0.113.127': 100 },
      out: ['203.0.113.128'],
    },
  ],
  'Spamhaus DROP as JSON lines': [
    '{"cidr":"198.51.100.0/24","sblid":"SBL1","rir":"apnic"}\n{"cidr":"2001:db8::\\/32","sblid":"SBL2","rir":"ripencc"}\n{"type":"metadata","timestamp":1790329442,"size":99,"records":2,"copyright":"(c)","terms":"https://feeds.test"}\n',
    {
      format: 'jsonl',
      date: '2026-09-25',
      entries: 2,
      in: { '198.51.100.1': 100, '2001:db8:1::': 100 },
      out: ['198.51.101.0', '2001:db9::'],
    },
  ],
  'Spamhaus ASN-DROP as JSON lines': [
    '{"asn":64496,"rir":"arin","domain":"a.test","cc":"HK","asname":"A"}\n{"asn":64497,"rir":"ripe","domain":"b.test","cc":"US","asname":"B"}\n{"type":"metadata","timestamp":1790329442,"records":2}',
    { format: 'jsonl', kind: 'asn', date: '2026-09-25', entries: 2, in: {}, out: ['198.51.100.1'] },
  ],
  'JSON lines with a score, a range, an address': [
    '{"ip":"198.51.100.1","confidence":25}\n{"ip":"198.51.100.2","confidence":"75"}\n{"start":"198.51.100.10","end":"198.51.100.12"}\n{"ip":"198.51.100.3","confidence":null}',
    {
      format: 'jsonl',
      entries: 4,
      in: { '198.51.100.1': 25, '198.51.100.2': 75, '198.51.100.11': 100, '198.51.100.3': 100 },
      out: ['198.51.100.13'],
    },
  ],
  "Tor's bulk list": [
    '198.51.100.7\n203.0.113.9\n',
    { format: 'list', entries: 2, in: { '198.51.100.7': 100 }, out: ['203.0.113.8'] },
  ],
  "Tor's list of exits": [
    'ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\nPublished 2026-06-30 15:56:29\nLastStatus 2026-06-30 16:03:06\nExitAddress 198.51.100.7 2026-06-30 16:06:00\nExitNode 0098C475875ABC4AA864738B1D1079F711C38287\nPublished 2026-07-01 13:59:48\nLastStatus 2026-07-01 15:03:06\nExitAddress 203.0.113.9 2026-07-01 15:05:58\nExitAddress 203.0.113.10 2026-07-01 14:05:58\n',
    {
      format: 'tor',
      tor: true,
      date: '2026-07-01',
      entries: 3,
      in: { '198.51.100.7': 100, '203.0.113.9': 100, '203.0.113.10': 100 },
      out: ['203.0.113.11'],
    },
  ],
  IPsum: [
    '# Some Feed\n# (https://feeds.test)\n#\n# Last update: Sat, 22 Aug 2026 03:00:29 +0200\n#\n# IP\tnumber of (black)lists\n#\n198.51.100.1\t12\n198.51.100.2\t10\n198.51.100.3\t3\n198.51.100.4\t1\n2001:db8::1\t5\n',
    {
      format: 'scored',
      date: '2026-08-22',
      entries: 5,
      in: {
        '198.51.100.1': 100,
        '198.51.100.2': 100,
        '198.51.100.3': 30,
        '198.51.100.4': 10,
        '2001:db8::1': 50,
      },
      out: ['198.51.100.5'],
    },
  ],
  'CSV with an address': [
    'ip,last_seen\n198.51.100.1,2026-01-01\n2001:db8::1,\n',
    {
      format: 'csv',
      entries: 2,
      in: { '198.51.100.1': 100, '2001:db8::1': 100 },
      out: ['198.51.100.2'],
    },
  ],
  'CSV with comments, quotes and many columns': [
    '####\n# Somebody C2 blocklist (CSV) #\n# Last updated: 2026-03-04 14:28:39 UTC #\n####\n"first_seen_utc","dst_ip","dst_port","c2_status","malware"\r\n"2026-01-01 00:00:00","198.51.100.1","443","online","A ""b"", # c"\r\n"2026-01-01 00:00:00", "198.51.100.2" ,"443","online","x"\r\n# END\r\n',
    {
      format: 'csv',
      date: '2026-03-04',
      entries: 2,
      in: { '198.51.100.1': 100, '198.51.100.2': 100 },
      out: ['198.51.100.3'],
    },
  ],
  'CSV with its header row in a comment': [
    '# Somebody\'s list\n# "first_seen", "address", "Confidence Score"\n"2026-01-01", "198.51.100.1", "50"\n',
    { format: 'csv', entries: 1, in: { '198.51.100.1': 50 }, out: ['198.51.100.2'] },
  ],
  'CSV with a score': [
    'Network;Score\n198.51.100.0/24;80\n198.51.100.7/32;12.5\n203.0.113.0/24;\n203.0.114.0/24;250\n203.0.115.0/24\n',
    {
      format: 'csv',
      entries: 5,
      in: {
        '198.51.100.6': 80,
        '198.51.100.7': 13,
        '203.0.113.1': 100,
        '203.0.114.1': 100,
        '203.0.115.1': 100,
      },
      out: ['203.0.116.1'],
    },
  ],
  'a table with tabs, start and end': [
    '# updated: 2026-02-03\nStart\tEnd\tNetblock\tAttacks\n198.51.100.0\t198.51.100.9\t24\t77\n2001:db8::\t2001:db8::f\t64\t1\n',
    {
      format: 'csv',
      date: '2026-02-03',
      entries: 2,
      in: { '198.51.100.9': 100, '2001:db8::f': 100 },
      out: ['198.51.100.10', '2001:db8::10'],
    },
  ],
  'CSV with one column': [
    'ip\n198.51.100.1\n',
    { format: 'csv', entries: 1, in: { '198.51.100.1': 100 }, out: ['198.51.100.2'] },
  ],
  'CSV of autonomous systems': [
    'asn,name\nAS64496,"A, B"\n64497,C\n',
    { format: 'csv', kind: 'asn', entries: 2, in: {}, out: [] },
  ],
  'autonomous systems': [
    'AS64496 # one\nas64497 ; two\nAS64498\tthree\nAS64496\n',
    { format: 'asn', kind: 'asn', entries: 3, in: {}, out: ['198.51.100.1'] },
  ],
  "Cloudflare's list of addresses": [
    '203.0.113.1,Office\n198.51.100.0/24,"Branch, old"\n2001:db8:1::/48\n203.0.113.9\n',
    {
      format: 'csv',
      entries: 4,
      in: { '203.0.113.1': 100, '198.51.100.200': 100, '2001:db8:1::9': 100, '203.0.113.9': 100 },
      out: ['203.0.113.2'],
    },
  ],
  "Cloudflare's list of ASNs, with descriptions": [
    '24940,Hetzner Online\nAS64496\n13335\n',
    { format: 'asn', kind: 'asn', entries: 3, in: {}, out: ['0.0.97.108'] },
  ],
  "Cloudflare's list of ASNs, bare": [
    '24940\n13335\n',
    { format: 'asn', kind: 'asn', entries: 2, in: {}, out: [] },
  ],
  'ASNs and a description, AS in front': [
    'AS24940,Hetzner\n',
    { format: 'asn', kind: 'asn', entries: 1, in: {}, out: [] },
  ],
  "Cloudflare's list of host names": [
    'shop.test,Main shop\n*.b.test,Others\n',
    { format: 'csv', kind: 'hostname', entries: 2, in: {}, out: [] },
  ],
  'host names, one a line': [
    '# ours\nshop.test # main\n*.b.test\nSHOP.test\n',
    { format: 'hostname', kind: 'hostname', entries: 2, in: {}, out: [] },
  ],
  'a table of host names': [
    'id,hostname\n1,shop.test\n',
    { format: 'csv', kind: 'hostname', entries: 1, in: {}, out: [] },
  ],
  'host names in JSON': [
    '{"hostname":"shop.test"}\n',
    { format: 'jsonl', kind: 'hostname', entries: 1, in: {}, out: [] },
  ],
  "CrowdSec's decisions": [
    'duration,scope,value\n24h,ip,203.0.113.4\n24h,Range,198.51.100.0/24\n,,203.0.113.5\n',
    {
      format: 'csv',
      entries: 3,
      in: { '203.0.113.4': 100, '198.51.100.7': 100, '203.0.113.5': 100 },
      out: ['203.0.113.6'],
    },
  ],
  "CrowdSec's allowlist": [
    'value,expiration,comment\n203.0.113.4,24h,my comment\n203.0.113.5,,another\n198.51.100.0/24,1d,\n',
    {
      format: 'csv',
      entries: 3,
      in: { '203.0.113.4': 100, '203.0.113.5': 100, '198.51.100.255': 100 },
      out: ['203.0.113.6'],
    },
  ],
  'only comments': [
    '# Nothing today\n# Last updated: 2026-03-04\n',
    { format: 'list', kind: 'none', date: '2026-03-04', entries: 0, in: {}, out: ['198.51.100.1'] },
  ],
}

describe('formats, detected by content', () => {
  test.each(Object.entries(FEEDS).map(([name, [text, read]]) => [name, text, read] as const))(
    '%s',
    (_, text, read) => {
      const feed = feedOf(text)
      const share = sharesOf(feed)
      const { format, kind, date, tor, entries } = feed
      expect({ format, kind: kind ?? 'none', date, tor, entries }).toEqual({
        format: read.format,
        kind: read.kind ?? 'ip',
        date: read.date ?? '',
        tor: read.tor ?? false,
        entries: read.entries,
      })
      expect(Object.fromEntries(Object.keys(read.in).map((ip) => [ip, share(ip)]))).toEqual(read.in)
      expect(read.out.filter((ip) => share(ip) >= 0)).toEqual([])
      expect(feed.problems).toEqual(entries === 0 ? ['feed.txt: it has no entries'] : [])
    }
  )

  test('numbers of autonomous systems', () => {
    for (const text of [
      'AS64496\nAS4294967295',
      '64496\n4294967295',
      'name,asn\nx,64496\ny,AS4294967295',
    ]) {
      const format = text.startsWith('6') ? 'asn' : undefined
      expect([...feedOf(text, { format }).ints]).toEqual([64496, 4294967295])
    }
  })

  test.each([
    ['198.51.100.0\t198.51.100.9\t24\t77\n203.0.113.0\t203.0.113.9\t24\t7'],
    ['198.51.100.0/29,1\n198.51.100.8/31,x,y\n203.0.113.9'],
    ['"198.51.100.0" ; "198.51.100.9"\n"203.0.113.0";"203.0.113.9"'],
  ])('a table without a header row, with the format given: %j', (text) => {
    const share = sharesOf(feedOf(text, { format: 'csv' }))
    const addresses = [
      '198.51.100.0',
      '198.51.100.9',
      '203.0.113.9',
      '198.51.100.10',
      '203.0.113.10',
    ]
    expect(addresses.map(share)).toEqual([100, 100, 100, -1, -1])
  })
})
