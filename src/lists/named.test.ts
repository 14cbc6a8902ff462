import { describe, expect, test } from 'vitest'
import { parseIp } from './ip.ts'
import type { ListEntries } from './named.ts'
import { listsOf } from './named.ts'

const KINDS = ['ip', 'int', 'string'] as const
const refusal = (name: string, list: unknown) => {
  try {
    listsOf({ [name]: list as ListEntries })
  } catch (error) {
    return error
  }
  return undefined
}

describe('listsOf', () => {
  test.each<[entries: ListEntries, method: (typeof KINDS)[number]]>([
    [['192.0.2.0/24'], 'ip'],
    [['::1', '192.0.2.1..192.0.2.9'], 'ip'],
    [{ kind: 'ip', items: [] }, 'ip'],
    [['AS24940', 13335, '64496'], 'int'],
    [{ kind: 'asn', items: [1] }, 'int'],
    [['shop.test', '*.b.test'], 'string'],
    [{ kind: 'hostname', items: ['as1'] }, 'string'],
  ])('%j is a list for %s', (entries, method) => {
    const lists = listsOf({ one: entries })
    expect(KINDS.filter((kind) => lists[kind]('one') !== undefined)).toEqual([method])
    expect(lists[method]('toString')).toBeUndefined()
  })

  test('a list contains its entries and nothing else', () => {
    const { ip, int, string } = listsOf({
      office: ['192.0.2.0/24', '198.51.100.1..198.51.100.3', '::ffff:203.0.113.0/120'],
      hosting: ['AS24940', 13335],
      shops: ['*.b.test'],
    })
    const addresses = ['192.0.2.9', '192.0.3.0', '198.51.100.3', '198.51.100.4', '203.0.113.7']
    const held = addresses.map((text) => ip('office')!.has(parseIp(text)!))
    expect(held).toEqual([true, false, true, false, true])
    expect([24940, 13335n, 1].map((asn) => int('hosting')!.has(asn))).toEqual([true, true, false])
    expect(['a.b.test', 'b.test'].map((host) => string('shops')!.has(host))).toEqual([true, false])
  })

  test.each([
    [
      'a',
      ['192.0.2.1', 'shop.test'],
      '"shop.test": expected an IP address, a CIDR network or a range a..b, as it is a list of addresses',
    ],
    ['a', ['192.0.2.1/24'], '"192.0.2.1/24": expected'],
    ['a', ['192.0.2.9..192.0.2.1'], '"192.0.2.9..192.0.2.1": expected'],
    ['a', ['192.0.2.1..::1'], '"192.0.2.1..::1": expected'],
    ['a', ['AS1', '192.0.2.1'], '"192.0.2.1": expected the number of an autonomous system'],
    ['a', [4294967296], '4294967296: expected'],
    ['a', [1.5], '1.5: expected'],
    ['a', ['shop.test', 1], '1: expected a host name'],
    ['a', [], 'it is empty: expected a kind'],
    ['a', { kind: 'ips', items: [] }, 'kind "ips": expected ip, asn, hostname or string'],
    ['a', { kind: 'toString', items: [] }, 'kind "toString": expected ip, asn, hostname or string'],
    ['a', 'x', 'expected an array of entries'],
    ['a', null, 'expected an array of entries'],
  ])('%s: %j is refused', (name, list, message) => {
    expect(refusal(name, list)).toMatchObject({
      code: 'invalid_list',
      message: expect.stringContaining(`list $${name}: ${message}`),
    })
  })

  test.each([
    ['A', 'list name "A": expected a–z, 0–9 and _, without a $: did you mean a?'],
    ['$cf.vpn', 'list name "$cf.vpn": expected a–z, 0–9 and _, without a $: did you mean cf.vpn?'],
    ['my-list', 'list name "my-list": expected a–z, 0–9 and _, without a $: did you mean my_list?'],
    ['a-b-c', 'list name "a-b-c": expected a–z, 0–9 and _, without a $: did you mean a_b_c?'],
    ['Ä', 'list name "Ä": expected a–z, 0–9 and _, without a $'],
    ['ä', 'list name "ä": expected a–z, 0–9 and _, without a $'],
  ])('the name %s is refused', (name, message) => {
    expect(refusal(name, ['::1'])).toMatchObject({ code: 'invalid_list', message })
  })
})
