import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { FEED_FORMATS, MANAGED_LISTS, parseFeedSpec, redactedSource } from './spec.ts'

const plain = {
  isUrl: false,
  weight: 50,
  format: undefined,
  tor: false,
  full: undefined,
  min: undefined,
  unfiltered: false,
}

describe('parseFeedSpec', () => {
  test.each([
    ['drop=drop.txt', { ...plain, name: 'drop', source: 'drop.txt', lists: ['drop'] }],
    ['a=./x=y.txt', { ...plain, name: 'a', source: './x=y.txt', lists: ['a'] }],
    ['a=C:\\feeds\\a.txt', { ...plain, name: 'a', source: 'C:\\feeds\\a.txt', lists: ['a'] }],
    [
      'drop=https://feeds.test/drop.json,weight=90',
      {
        ...plain,
        name: 'drop',
        source: 'https://feeds.test/drop.json',
        isUrl: true,
        weight: 90,
        lists: ['drop'],
      },
    ],
    [
      'exits=exits.txt,weight=0,format=tor,tor,list=cf.anonymizer,list=hidden,list=exits',
      {
        ...plain,
        name: 'exits',
        source: 'exits.txt',
        weight: 0,
        format: 'tor',
        tor: true,
        lists: ['exits', 'cf.anonymizer', 'hidden'],
      },
    ],
    [
      'ipsum=i.txt,full=5,min=2.5,unfiltered',
      {
        ...plain,
        name: 'ipsum',
        source: 'i.txt',
        lists: ['ipsum'],
        full: 5,
        min: 2.5,
        unfiltered: true,
      },
    ],
    ['cf.vpn=vpn.txt', { ...plain, name: 'cf.vpn', source: 'vpn.txt', lists: ['cf.vpn'] }],
  ])('%s', (text, spec) => {
    expect(parseFeedSpec(text)).toEqual(spec)
  })

  test.each(MANAGED_LISTS.map((name) => [name]))('%s is a valid list', (name) => {
    expect(parseFeedSpec(`x=f,list=${name}`).lists).toEqual(['x', name])
  })

  test.each(FEED_FORMATS.map((format) => [format]))('format=%s', (format) => {
    expect(parseFeedSpec(`x=f,format=${format}`).format).toBe(format)
  })

  const names =
    'expected 1–64 of a–z, 0–9 and _, or one of cf.open_proxies cf.anonymizer cf.vpn cf.malware cf.botnetcc'
  const options = 'expected weight=, format=, list=, full=, min=, tor or unfiltered'
  const shape = 'name=FILE or name=URL, then ,weight=0–100 ,format=… ,list=… ,tor'

  test.each([
    ['drop.txt', `feed "drop.txt": expected ${shape}`],
    ['', `feed "": expected ${shape}`],
    ['=f', `feed "=f": name "": ${names}`],
    ['Drop=f', `feed "Drop=f": name "Drop": ${names}`],
    ['a b=f', `feed "a b=f": name "a b": ${names}`],
    ['../x=f', `feed "../x=f": name "../x": ${names}`],
    ['a.b=f', `feed "a.b=f": name "a.b": ${names}`],
    ['cf.tor=f', `feed "cf.tor=f": name "cf.tor": ${names}`],
    ['a=', `feed "a=": expected a file or a URL after "=": ${shape}`],
    ['a=,tor', `feed "a=,tor": expected a file or a URL after "=": ${shape}`],
    ['a=ftp://x/y', 'feed "a=ftp://x/y": "ftp://x/y": expected a file or an http(s) URL'],
    ['a=https://', 'feed "a=https://": "https://": expected a file or an http(s) URL'],
    ['a=f,weight=101', 'feed "a=f,weight=101": weight=101: expected a number from 0 to 100'],
    ['a=f,weight=-1', 'feed "a=f,weight=-1": weight=-1: expected a number from 0 to 100'],
    ['a=f,weight=', 'feed "a=f,weight=": weight=: expected a number from 0 to 100'],
    ['a=f,weight=1e1', 'feed "a=f,weight=1e1": weight=1e1: expected a number from 0 to 100'],
    ['a=f,weight', `feed "a=f,weight": "weight": ${options}`],
    ['a=f,weight=1,weight=2', 'feed "a=f,weight=1,weight=2": weight appears twice'],
    ['a=f,tor,tor', 'feed "a=f,tor,tor": tor appears twice'],
    ['a=f,tor=yes', `feed "a=f,tor=yes": "tor=yes": ${options}`],
    ['a=f,', `feed "a=f,": "": ${options}`],
    ['a=f,colour=red', `feed "a=f,colour=red": "colour=red": ${options}`],
    [
      'a=https://x.test/?q=1,2',
      `feed "a=https://x.test/?q=1,2": "2": ${options}; a comma of the URL is written %2C`,
    ],
    [
      'a=f,format=xml',
      'feed "a=f,format=xml": format=xml: expected one of list scored csv jsonl tor asn hostname',
    ],
    ['a=f,list=$x', `feed "a=f,list=$x": list "$x": ${names}`],
    ['a=f,full=0', 'feed "a=f,full=0": full=0: expected a number above 0'],
    ['a=f,min=x', 'feed "a=f,min=x": min=x: expected a number'],
  ])('%j is refused', (text, message) => {
    expect(() => parseFeedSpec(text)).toThrow(new EdgeError('invalid_feed', message))
  })

  test('a name has at most 64 characters', () => {
    expect(parseFeedSpec(`${'a'.repeat(64)}=f`).name).toHaveLength(64)
    expect(() => parseFeedSpec(`${'a'.repeat(65)}=f`)).toThrow('expected 1–64')
  })
})

test.each([
  ['a=/etc/a.txt', '/etc/a.txt'],
  ['a=https://me:secret@feeds.test:8443/a.txt', 'https://feeds.test:8443/a.txt'],
  ['a=https://feeds.test/a?key=secret', 'https://feeds.test/a?…'],
])('%s is shown without possible secrets', (text, shown) => {
  expect(redactedSource(parseFeedSpec(text))).toBe(shown)
})
