import { Resolver } from 'node:dns/promises'
import { type Ip, ipEquals, parseIp } from '../../lists/ip.ts'
import { createGenerationalCache } from '../bots/generational-cache.ts'
import type { HostNames } from '../bots/verify.ts'

/** The used part of `node:dns/promises`. */
export interface DnsQueries {
  reverse(address: string): Promise<string[]>
  resolve4(host: string): Promise<string[]>
  resolve6(host: string): Promise<string[]>
  cancel(): void
}

export interface ReverseDnsOptions {
  /** Time limit for all queries about one address together. */
  timeoutMs?: number
  /** Minimum number of cached addresses; the maximum is twice that. */
  addresses?: number
  /** Addresses queried at once; further ones are queried when they return. */
  pending?: number
  /** The time after which names are queried again. They count until the new answer. */
  keepMs?: number
  /** The time before an address without a confirmed name is queried again. */
  keepNoneMs?: number
  queries?: DnsQueries
  now?: () => number
}

interface Answer {
  readonly hosts: readonly string[]
  readonly until: number
}

const TIMEOUT_MS = 2_000
const ADDRESSES = 10_000
const PENDING = 32
const KEEP_MS = 24 * 60 * 60 * 1000
const KEEP_NONE_MS = 10 * 60 * 1000
/** An honest address has one name; an attacker's may have thousands. */
const MAX_NAMES = 4

const normal = (host: string): string => host.toLowerCase().replace(/\.$/, '')

/**
 * Host names of addresses by forward-confirmed reverse DNS, which proves bots without published networks (Google, Bing,
 * Yandex, Baidu and Apple recommend it: developers.google.com/crawling/docs/crawlers-fetchers/verify-google-requests).
 *
 * Answers from memory at once and queries in the background: the first request of an address is judged without its names.
 * DNS that fails or is late counts as no name.
 *
 * @example createBots({ resolver: reverseDns({ timeoutMs: 1000 }) })
 */
export const reverseDns = ({
  timeoutMs = TIMEOUT_MS,
  addresses = ADDRESSES,
  pending = PENDING,
  keepMs = KEEP_MS,
  keepNoneMs = KEEP_NONE_MS,
  queries = new Resolver({ timeout: timeoutMs, tries: 1 }),
  now = Date.now,
}: ReverseDnsOptions = {}): HostNames & { close(): void } => {
  const answers = createGenerationalCache<Answer>(addresses)
  const asking = new Set<string>()
  let closed = false

  const pointsBack = async (host: string, ip: Ip): Promise<boolean> => {
    try {
      const found = await (ip.family === 4 ? queries.resolve4(host) : queries.resolve6(host))
      return found.some((text) => {
        const parsed = parseIp(text)
        return parsed !== undefined && ipEquals(parsed, ip)
      })
    } catch {
      return false
    }
  }

  const confirmed = async (ip: Ip): Promise<string[]> => {
    const names = (await queries.reverse(ip.toString())).slice(0, MAX_NAMES).map(normal)
    const holds = await Promise.all(names.map((name) => pointsBack(name, ip)))
    return names.filter((_, index) => holds[index])
  }

  const ask = async (ip: Ip, key: string) => {
    asking.add(key)
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<string[]>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, [])
      timer.unref()
    })
    const hosts = await Promise.race([confirmed(ip).catch(() => []), late])
    clearTimeout(timer)
    asking.delete(key)
    answers.set(key, { hosts, until: now() + (hosts.length > 0 ? keepMs : keepNoneMs) })
  }

  return {
    hosts: (ip) => {
      const key = ip.toString()
      const answer = answers.get(key)
      const isDue = answer === undefined || answer.until <= now()
      if (isDue && !closed && asking.size < pending && !asking.has(key)) void ask(ip, key)
      return answer?.hosts
    },
    close: () => {
      closed = true
      queries.cancel()
    },
  }
}
