import { describe, expect, test } from 'vitest'
import { formatIp } from './ip.ts'
import { parsePeerAddress } from './peer.ts'

const read = (text: string) => {
  const ip = parsePeerAddress(text)
  return ip === undefined ? undefined : formatIp(ip)
}

describe('parsePeerAddress', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['1.2.3.4:5678', '1.2.3.4'],
    ['192.0.2.1:0', '192.0.2.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['[::1]:80', '::1'],
    ['[2001:DB8::1]:65535', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%25eth0', 'fe80::1'],
    ['fe80::1%3', 'fe80::1'],
    ['[fe80::1%eth0]:8080', 'fe80::1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::ffff:7f00:1', '127.0.0.1'],
    ['::FFFF:127.0.0.1%eth0', '127.0.0.1'],
    ['[::ffff:10.0.0.1]:443', '10.0.0.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    // Without brackets the last group cannot be a port.
    ['2001:db8::1:80', '2001:db8::1:80'],
  ])('%s is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  test.each([
    '',
    'unknown',
    'unix:',
    '127.1:80',
    '0177.0.0.1:80',
    '1.2.3.4:',
    '1.2.3.4:65536',
    '1.2.3.4:port',
    '1.2.3.4:80:90',
    '1.2.3.4%eth0',
    '[1.2.3.4]',
    '[1.2.3.4]:80',
    '[::1',
    '::1]',
    '[[::1]]',
    '[::1]:',
    '[::1]:99999',
    '[::1]80',
    '[]',
    '[]:80',
    'fe80::1%',
    'fe80::1%eth 0',
    '%eth0',
    'fe80::1%eth0%eth1',
    'fe80::1%eth0%eth1]',
    'fe80::1%eth0/64',
    '[::1]%eth0',
    '1.2.3.4/24',
    '"1.2.3.4"',
    ' 1.2.3.4',
    '１.2.3.4:80',
  ])('%j is not a peer', (text) => {
    expect(read(text)).toBeUndefined()
  })

  test.each([
    ['zone', `fe80::1%${'e'.repeat(100_000)}`],
    ['brackets', `[${':'.repeat(100_000)}]`],
    ['port', `${'1'.repeat(100_000)}:80`],
    ['percent signs', '%'.repeat(100_000)],
  ])('100,000 characters of %s are not a peer', (_name, text) => {
    expect(read(text)).toBeUndefined()
  })
})
