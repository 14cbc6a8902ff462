import { describe, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import { type DnsQueries, type ReverseDnsOptions, reverseDns } from './reverse-dns.ts'

const GOOGLE = parseIp('66.249.66.1')!
const settled = () => new Promise((resolve) => setImmediate(resolve))

const missing = async (): Promise<string[]> => {
  throw Object.assign(new Error('queryPtr ENOTFOUND'), { code: 'ENOTFOUND' })
}

const dns = (zone: Record<string, string[]>, given: Partial<DnsQueries> = {}) => {
  const asked: string[] = []
  const answer = async (name: string) => {
    asked.push(name)
    return zone[name] ?? missing()
  }
  const queries = {
    reverse: answer,
    resolve4: answer,
    resolve6: answer,
    cancel: () => {},
    ...given,
  }
  return { asked, of: (options: ReverseDnsOptions = {}) => reverseDns({ queries, ...options }) }
}

describe('host names', () => {
  test('count from the second request on, if they resolve back to the address', async () => {
    const names = dns({
      '66.249.66.1': ['Crawl-66-249-66-1.googlebot.com.'],
      'crawl-66-249-66-1.googlebot.com': ['66.249.66.1'],
    }).of()
    expect(names.hosts(GOOGLE)).toBeUndefined()
    await settled()
    expect(names.hosts(GOOGLE)).toEqual(['crawl-66-249-66-1.googlebot.com'])
  })

  test('IPv6 addresses are compared as addresses', async () => {
    const names = dns({
      '2001:db8::1': ['a.example'],
      'a.example': ['2001:0db8:0:0::0001'],
    }).of()
    names.hosts(parseIp('2001:db8::1')!)
    await settled()
    expect(names.hosts(parseIp('2001:db8::1')!)).toEqual(['a.example'])
  })

  test.each<[string, Record<string, string[]>]>([
    ['point elsewhere', { '66.249.66.1': ['a.googlebot.com'], 'a.googlebot.com': ['192.0.2.1'] }],
    ['do not exist', { '66.249.66.1': ['a.googlebot.com'] }],
    ['are none', {}],
    [
      'resolve to nonsense',
      { '66.249.66.1': ['a.googlebot.com'], 'a.googlebot.com': ['<script>'] },
    ],
  ])('are ignored if they %s', async (_, zone) => {
    const names = dns(zone).of()
    names.hosts(GOOGLE)
    await settled()
    expect(names.hosts(GOOGLE)).toEqual([])
  })

  test('are resolved only up to a limit', async () => {
    const { of, asked } = dns({
      '66.249.66.1': Array.from({ length: 1000 }, (_, i) => `${i}.example`),
    })
    of().hosts(GOOGLE)
    await settled()
    expect(asked.length).toBe(1 + 4)
  })
})

describe('queries', () => {
  test('run once for all requests of an address, and again when the answer expires', async () => {
    let now = 0
    const { of, asked } = dns({ '66.249.66.1': ['a.example'], 'a.example': ['66.249.66.1'] })
    const names = of({ now: () => now, keepMs: 1000 })
    for (let i = 0; i < 5; i++) names.hosts(GOOGLE)
    await settled()
    names.hosts(GOOGLE)
    expect(asked).toEqual(['66.249.66.1', 'a.example'])
    now = 1000
    expect(names.hosts(GOOGLE)).toEqual(['a.example'])
    await settled()
    expect(asked.length).toBe(4)
  })

  test('are repeated sooner for an address without a name', async () => {
    let now = 0
    const { of, asked } = dns({})
    const names = of({ now: () => now, keepMs: 1000, keepNoneMs: 10 })
    names.hosts(GOOGLE)
    await settled()
    now = 9
    names.hosts(GOOGLE)
    expect(asked.length).toBe(1)
    now = 10
    names.hosts(GOOGLE)
    expect(asked.length).toBe(2)
  })

  test('run concurrently only up to a limit', async () => {
    const asked: string[] = []
    const { of } = dns(
      {},
      {
        reverse: (address) => {
          asked.push(address)
          return new Promise(() => {})
        },
      }
    )
    const names = of({ pending: 3 })
    for (let i = 0; i < 50; i++) names.hosts(parseIp(`192.0.2.${i}`)!)
    expect(asked.length).toBe(3)
  })

  test('time out, and others then run', async () => {
    const { of } = dns({}, { reverse: () => new Promise(() => {}) })
    const names = of({ pending: 1, timeoutMs: 1 })
    expect(names.hosts(GOOGLE)).toBeUndefined()
    await expect.poll(() => names.hosts(GOOGLE)).toEqual([])
  })

  test('end with close', () => {
    let cancelled = false
    const { of, asked } = dns(
      {},
      {
        cancel: () => {
          cancelled = true
        },
      }
    )
    const names = of()
    names.close()
    expect(names.hosts(GOOGLE)).toBeUndefined()
    expect([asked, cancelled]).toEqual([[], true])
  })
})
