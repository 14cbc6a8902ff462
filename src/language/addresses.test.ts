import { describe, expect, test } from 'vitest'
import { diagnose, problems, verdict } from './given.fixture.ts'

describe('an address compared', () => {
  test.each([
    ['address eq 192.0.2.1', '192.0.2.1', true],
    ['address eq 192.0.2.1', '192.0.2.2', false],
    ['address ne 192.0.2.1', '192.0.2.1', false],
    ['address ne 192.0.2.1', '192.0.2.2', true],
    ['address == 2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
    ['address == 2001:DB8::1', '2001:db8::1', true],
    ['address == 2001:db8::1', '2001:db8::2', false],
    ['address == ::', '::', true],
    ['address == ::ffff:192.0.2.1', '::ffff:192.0.2.1', true],
    ['address lt 10.0.0.10', '10.0.0.9', true],
    ['address lt 10.0.0.10', '10.0.0.10', false],
    ['address le 10.0.0.10', '10.0.0.10', true],
    ['address gt 10.0.0.10', '10.0.1.0', true],
    ['address gt 10.0.0.10', '10.0.0.10', false],
    ['address ge 200.0.0.0', '199.255.255.255', false],
    ['address ge 200.0.0.0', '200.0.0.0', true],
    ['address gt 2001:db8::', '2001:db8::1', true],
    ['address lt 2001:db8::', '2001:db8::1', false],
  ])('%s, given %s: %s', (expression, address, expected) => {
    expect(verdict(expression, { address })).toBe(expected)
  })

  test.each([
    ['eq', false],
    ['ne', true],
    ['lt', false],
    ['le', false],
    ['gt', false],
    ['ge', false],
  ])('an IPv6 address %s an IPv4 one: %s', (operator, expected) => {
    expect(verdict(`address ${operator} 192.0.2.1`, { address: '::ffff:192.0.2.1' })).toBe(expected)
    expect(verdict(`address ${operator} ::ffff:c000:201`, { address: '192.0.2.1' })).toBe(expected)
  })

  test.each([
    ['address eq 192.0.2', 'invalid_ip at 192.0.2'],
    ['address eq 192.0.2.1.5', 'invalid_ip at 192.0.2.1.5'],
    ['address eq 192.0.2.256', 'invalid_ip at 192.0.2.256'],
    ['address eq 192.0.2.01', 'invalid_ip at 192.0.2.01'],
    ['address eq 1', 'invalid_ip at 1'],
    ['address eq 2001:db8:::1', 'invalid_ip at 2001:db8:::1'],
    ['address eq 12345::', 'invalid_ip at 12345::'],
    ['address eq 192.0.2.0/24', 'invalid_ip at 192.0.2.0/24'],
    ['address eq 192.0.2.1and flag', 'invalid_ip at 192.0.2.1a'],
    ['address eq "192.0.2.1"', 'expected_name at "192.0.2.1"'],
    ['address eq fe80::1%eth0', 'eof at %eth0'],
    ['address contains 192.0.2.1', 'unsupported_operation at contains'],
    ['address matches "192"', 'unsupported_operation at matches'],
    ['address wildcard "192.*"', 'unsupported_operation at wildcard'],
    ['address & 1', 'unsupported_operation at &'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })

  test('a network outside a set is shown inside one', () => {
    expect(diagnose('address eq 192.0.2.0/24')[0]?.help).toContain('in {192.0.2.0/24}')
  })
})

describe('an address in a set', () => {
  test.each([
    ['{192.0.2.1}', ['192.0.2.1'], ['192.0.2.2', '::ffff:192.0.2.1', '::c000:201']],
    ['{192.0.2.0/24}', ['192.0.2.0', '192.0.2.255'], ['192.0.1.255', '192.0.3.0']],
    ['{192.0.2.0/25}', ['192.0.2.127'], ['192.0.2.128']],
    ['{192.0.2.7/32}', ['192.0.2.7'], ['192.0.2.6', '192.0.2.8']],
    ['{0.0.0.0/0}', ['0.0.0.0', '255.255.255.255'], ['::', '::1']],
    ['{::/0}', ['::', 'ffff::'], ['0.0.0.0', '192.0.2.1']],
    ['{2001:db8::/32}', ['2001:db8::', '2001:db8:ffff::1'], ['2001:db7:ffff::', '2001:db9::']],
    ['{2001:db8::8000/113}', ['2001:db8::8000', '2001:db8::ffff'], ['2001:db8::7fff']],
    ['{10.0.0.9..10.0.1.2}', ['10.0.0.9', '10.0.0.255', '10.0.1.2'], ['10.0.0.8', '10.0.1.3']],
    ['{::1..::ff}', ['::1', '::ff'], ['::', '::100']],
    ['{192.0.2.1..192.0.2.1}', ['192.0.2.1'], ['192.0.2.0', '192.0.2.2']],
    ['{10.0.0.0/8 192.168.0.0/16 ::1}', ['10.9.8.7', '192.168.1.1', '::1'], ['11.0.0.0', '::2']],
    ['{10.0.0.0/8 10.1.0.0/16 10.0.0.0/8}', ['10.1.2.3', '10.2.3.4'], ['9.255.255.255']],
    ['{}', [], ['0.0.0.0', '::']],
    ['{ \n 192.0.2.1 \r\n }', ['192.0.2.1'], ['192.0.2.2']],
  ])('in %s are %j and not %j', (set, inside, outside) => {
    for (const address of inside) {
      expect(verdict(`address in ${set}`, { address })).toBe(true)
      expect(verdict(`not address in ${set}`, { address })).toBe(false)
    }
    for (const address of outside) {
      expect(verdict(`address in ${set}`, { address })).toBe(false)
      expect(verdict(`not address in ${set}`, { address })).toBe(true)
    }
  })

  test.each([
    ['10/8', '10.255.0.1', '11.0.0.0'],
    ['10', '10.0.0.0', '10.0.0.1'],
    ['1.2.3', '1.2.3.0', '1.2.3.4'],
    ['10.0.0.0/008', '10.255.0.1', '11.0.0.0'],
    ['172.16/12', '172.31.255.255', '172.32.0.0'],
    ['001.002.003.004', '1.2.3.4', '1.2.3.5'],
    ['010.0.0.0/8', '10.1.1.1', '8.1.1.1'],
  ])('%s is read as networks loosely are', (item, inside, outside) => {
    expect(verdict(`address in {${item}}`, { address: inside })).toBe(true)
    expect(verdict(`address in {${item}}`, { address: outside })).toBe(false)
  })

  test.each([
    ['10.0.0.1/8', 'invalid_network at 10.0.0.1', '{10.0.0.0/8}`'],
    ['192.168.1.10/24', 'invalid_network at 192.168.1.10', '{192.168.1.0/24}`'],
    ['2001:db8::1/64', 'invalid_network at 2001:db8::1', '{2001:db8::/64}`'],
    ['10.0.0.0/33', 'invalid_network at 10.0.0.0/33', undefined],
    ['::/129', 'invalid_network at ::/129', undefined],
    ['10.0.0.0/256', 'invalid_network at 256', undefined],
    ['10.0.0.0/8a', 'invalid_network at 8a', undefined],
    ['10.0.0.0/8/9', 'invalid_network at 8/9', undefined],
    ['10.0.0.0/8..11.0.0.0', 'invalid_ip at 10.0.0.0/8', undefined],
    ['/8', 'invalid_ip at /', undefined],
    ['10.0.0.256', 'invalid_ip at 10.0.0.256', undefined],
    ['1.2.3.4.5', 'invalid_ip at 1.2.3.4.5', undefined],
    ['10.0.0.256/8', 'invalid_ip at 10.0.0.256', undefined],
    ['10.0.0.9..10.0.0.1', 'incompatible_range_bounds at 10.0.0.9..10.0.0.1', undefined],
    ['10.0.0.1..::1', 'incompatible_range_bounds at 10.0.0.1..::1', undefined],
    ['1.2.3..1.2.4.0', 'invalid_ip at 1.2.3', undefined],
    ['1.2.3.0..1.2.4', 'invalid_ip at 1.2.4', undefined],
  ])('%s is refused: %s', (item, problem, help) => {
    const expression = `address in {${item}}`
    expect(problems(expression)).toEqual([problem])
    if (help === undefined) expect(diagnose(expression)[0]).not.toHaveProperty('help')
    else expect(diagnose(expression)[0]?.help).toContain(help)
  })

  test.each([
    ['address in {10.0.0.0/}', 'invalid_network at }'],
    ['address in {10.0.0.0/ 8}', 'invalid_network at  '],
    ['address in {10.0.0.0/8, 192.0.2.1}', 'unexpected_comma at ,'],
    ['address in {"10.0.0.0/8"}', 'expected_name at "10.0.0.0/8"'],
    ['address in {host.test}', 'expected_name at host.test}'],
    ['address in 10.0.0.0/8', 'expected_literal at 10.0.0.0/8'],
    ['address in {10.0.0.0/8', 'eof at '],
  ])('%s is refused: %s', (expression, problem) => {
    const [found] = diagnose(expression)
    const underlined = expression.slice(found!.column - 1, found!.column - 1 + found!.length)
    expect(`${found!.code} at ${underlined}`).toBe(problem)
  })

  test.each([
    ['10.0.0.0/', "couldn't parse length in network: cannot parse integer from empty string"],
    ['10.0.0.0/8a', "couldn't parse length in network: invalid digit found in string"],
    ['10.0.0.0/256', "couldn't parse length in network: number too large to fit in target type"],
    [
      '10.0.0.0/255',
      'invalid length for network: network length 255 is too long for Ipv4 (maximum: 32)',
    ],
    [
      '::/129',
      'invalid length for network: network length 129 is too long for Ipv6 (maximum: 128)',
    ],
    ['10.0.0.1/8', 'host part of address was not zero'],
    ['10.0.0.256', "couldn't parse address in network: invalid IP address syntax"],
    ['10.0.0.1..9', "couldn't parse address in network: invalid IP address syntax"],
    ['::2..::1', 'incompatible range bounds'],
  ])('%s: %s', (item, message) => {
    expect(diagnose(`address in {${item}}`)[0]?.message).toBe(message)
  })
})
