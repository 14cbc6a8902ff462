import type { SecurityEvent } from '../events/event.ts'
import { parseIp } from '../lists/ip.ts'
import { clauses, tokenOf } from '../toolkit/clauses.ts'

/** A property of a visitor that an exception can test. */
interface Trait {
  readonly key: string
  readonly words: string
  readonly expression: string
  /** The value in a list of addresses or an IP Access rule, which have no expression. */
  readonly value?: string
  /** Returns false if the trait cannot be true of another event. Such an event need not be judged again. */
  readonly may: (other: SecurityEvent) => boolean
}

/** One possible exception for a visitor. */
export interface Candidate extends Trait {
  /** For example `ip+path`. The key is the same for every event, which allows links to name it. */
  readonly key: string
}

/** The kind of exception of each product. */
export const PRODUCTS: Readonly<Record<string, 'custom' | 'skip' | 'access' | 'lockdown'>> = {
  firewallcustom: 'custom',
  ratelimit: 'skip',
  uablock: 'skip',
  zonelockdown: 'lockdown',
  ip: 'access',
  iprange: 'access',
  asn: 'access',
  country: 'access',
}

/** An IP Access rule tests one property. These properties narrow the match to few visitors. */
const ACCESS_KEYS = ['ip', 'network', 'asn']
const IPV4_NETWORK = 24
const IPV6_NETWORK = 48

const networkOf = (ip: string): string | undefined => {
  const parsed = parseIp(ip)
  if (parsed === undefined) return undefined
  if (parsed.family === 4) return `${ip.split('.').slice(0, 3).join('.')}.0/${IPV4_NETWORK}`
  const [head = '', tail] = ip.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) while (groups.length < 3) groups.push('0')
  return `${groups.slice(0, 3).join(':')}::/${IPV6_NETWORK}`
}

/** Facts about the event besides its own data. */
export interface About {
  readonly isBot?: boolean
  /**
   * True if events store networks instead of addresses (`anonymizeIp: 'truncate'`): the visitor's address is unknown.
   */
  readonly isTruncated?: boolean
}

const traitsOf = (
  event: SecurityEvent,
  { isBot = false, isTruncated = false }: About
): Record<string, Trait> => {
  const { ip, asn, asnName, userAgent, path } = event
  const network = networkOf(ip)
  const token = tokenOf(userAgent)
  const traits: Trait[] = [
    ...(network === undefined || isTruncated
      ? []
      : [
          {
            key: 'ip',
            words: `the address ${ip}`,
            expression: clauses.address(ip),
            value: ip,
            may: (other: SecurityEvent) => other.ip === ip,
          },
        ]),
    ...(network === undefined
      ? []
      : [
          {
            key: 'network',
            words: `the network ${network}`,
            expression: clauses.network(network),
            value: network,
            may: (other: SecurityEvent) => networkOf(other.ip) === network,
          },
        ]),
    ...(asn === 0
      ? []
      : [
          {
            key: 'asn',
            words: `AS${asn}${asnName === undefined ? '' : ` (${asnName})`}`,
            expression: clauses.system(asn),
            value: `AS${asn}`,
            may: (other: SecurityEvent) => other.asn === asn,
          },
        ]),
    {
      key: 'agent',
      words: userAgent === '' ? 'an empty user agent' : 'this user agent',
      expression: clauses.agent(userAgent),
      may: (other: SecurityEvent) => other.userAgent === userAgent,
    },
    ...(token === undefined
      ? []
      : [
          {
            key: 'program',
            words: `${token} in any version`,
            expression: clauses.program(token),
            may: (other: SecurityEvent) => other.userAgent.includes(token),
          },
        ]),
    ...(isBot
      ? [{ key: 'bot', words: 'verified bots', expression: clauses.verified, may: () => true }]
      : []),
    {
      key: 'path',
      words: `the path ${path}`,
      expression: clauses.path(path),
      may: (other: SecurityEvent) => other.path === path,
    },
  ]
  return Object.fromEntries(traits.map((trait) => [trait.key, trait]))
}

const COMBINATIONS = [
  'ip+agent+path',
  'ip+path',
  'ip+agent',
  'ip',
  'network+agent+path',
  'network+program',
  'network+agent',
  'network+path',
  'network',
  'asn+agent+path',
  'asn+agent',
  'asn+program',
  'asn+path',
  'asn',
  'bot+path',
  'bot',
  'agent+path',
  'agent',
  'program+path',
  'program',
  'path',
].map((key) => key.split('+'))

/** Every possible exception for a visitor, the narrowest first. */
export const candidatesOf = (event: SecurityEvent, about: About = {}): Candidate[] => {
  const traits = traitsOf(event, about)
  const isAccess = PRODUCTS[event.source] === 'access'
  return COMBINATIONS.filter((keys) => !isAccess || ACCESS_KEYS.includes(keys.join('+'))).flatMap(
    (keys) => {
      const used = keys.flatMap((key) => traits[key] ?? [])
      if (used.length < keys.length) return []
      return [
        {
          key: keys.join('+'),
          words: used.map(({ words }) => words).join(', '),
          expression: used.map(({ expression }) => expression).join(' and '),
          ...(used.length === 1 && used[0]!.value !== undefined ? { value: used[0]!.value } : {}),
          may: (other: SecurityEvent) => used.every(({ may }) => may(other)),
        },
      ]
    }
  )
}
