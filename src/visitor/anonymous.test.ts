import { describe, expect, test } from 'vitest'
import { parseIp } from '../lists/ip.ts'
import type { AnonymousKind } from './anonymous.ts'
import { anonymousList, withAnonymous } from './anonymous.ts'
import type { Reputation, ReputationSource } from './visitor.ts'

const IP = parseIp('192.0.2.1')!
const saying =
  (...kinds: AnonymousKind[]) =>
  () =>
    kinds
const feeds = (reputation: Partial<Reputation>): ReputationSource => ({
  name: 'feeds',
  date: '',
  lookup: () => ({ score: 0, lists: [], isTor: false, ...reputation }),
})
const look = (kinds: AnonymousKind[], reputation?: Partial<Reputation>) =>
  withAnonymous(reputation && feeds(reputation), saying(...kinds), { name: 'db', date: '' }).lookup(
    IP
  )

describe('the managed lists of an Anonymous-IP database', () => {
  test.each<[string, AnonymousKind[], boolean]>([
    ['cf.vpn', ['vpn'], true],
    ['cf.vpn', ['hosting', 'public_proxy'], false],
    ['cf.open_proxies', ['public_proxy'], true],
    ['cf.open_proxies', ['residential_proxy'], false],
    ['cf.anonymizer', ['tor'], true],
    ['cf.anonymizer', ['residential_proxy'], true],
    ['cf.anonymizer', ['hosting'], false],
    ['cf.anonymizer', [], false],
  ])('$%s with %j: %s', (name, kinds, expected) => {
    expect(anonymousList(saying(...kinds), name)!.has(IP)).toBe(expected)
  })

  test.each(['cf.malware', 'cf.botnetcc', 'office', '__proto__'])('has nothing for $%s', (name) => {
    expect(anonymousList(saying('vpn'), name)).toBeUndefined()
  })
})

describe('reputation with an Anonymous-IP database', () => {
  test.each<[AnonymousKind[], Partial<Reputation> | undefined, Reputation]>([
    [[], undefined, { score: 0, lists: [], isTor: false }],
    [[], { score: 40, lists: ['drop'] }, { score: 40, lists: ['drop'], isTor: false }],
    [['vpn'], undefined, { score: 30, lists: ['anonymous_ip.vpn'], isTor: false }],
    [['tor'], undefined, { score: 60, lists: ['anonymous_ip.tor'], isTor: true }],
    [
      ['public_proxy', 'vpn'],
      { score: 50, lists: ['drop'], isTor: true },
      { score: 86, lists: ['drop', 'anonymous_ip.public_proxy', 'anonymous_ip.vpn'], isTor: true },
    ],
    [
      ['public_proxy'],
      { score: 100 },
      { score: 100, lists: ['anonymous_ip.public_proxy'], isTor: false },
    ],
  ])('%j on top of %j', (kinds, reputation, expected) => {
    expect(look(kinds, reputation)).toEqual(expected)
  })
})
