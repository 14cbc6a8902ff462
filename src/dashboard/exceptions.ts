import { EdgeError } from '../error.ts'
import type { EventStore, SecurityEvent } from '../events/event.ts'
import { toBytes } from '../language/bytes.ts'
import { quote } from '../language/print.ts'
import { parseIp } from '../lists/ip.ts'
import type { WrittenRule } from '../rules/edit.ts'
import { insertRule } from '../rules/edit.ts'
import type { Rule } from '../rules/rule.ts'
import { readEvent } from '../toolkit/requests/event.ts'
import type { Trial, Trials } from '../toolkit/trial.ts'
import type { RuleDesk } from './desk.ts'
import { eachEvent, judgeEvent, pastEvents, turn } from './effect.ts'

/** What an exception may ask of a visitor. */
interface Trait {
  readonly key: string
  readonly words: string
  readonly expression: string
  /** False where it cannot be true of another event: that one need not be judged again. */
  readonly may: (other: SecurityEvent) => boolean
}

/** One way to let a visitor through. */
export interface Candidate extends Trait {
  /** `ip+path`: the same for every event, so that a link names it. */
  readonly key: string
}

/** A candidate and what it would have done. */
export interface Weighed extends Candidate {
  /** Requests of this visitor's address that it lets through, of those that were refused. */
  readonly own: number
  /** Requests of all others that it also lets through. */
  readonly others: number
  /** Addresses of these. */
  readonly addresses: number
  /** Some of these, the newest first. */
  readonly examples: readonly SecurityEvent[]
  /** Named visitors whom the rules refuse today, and who would get in. */
  readonly personas: readonly string[]
}

export interface Weighing {
  readonly candidates: readonly Weighed[]
  /** Events that were judged again. */
  readonly judged: number
  /** Refused requests of this visitor's address among them. */
  readonly own: number
}

const IPV4_NETWORK = 24
const IPV6_NETWORK = 48
const MAX_PAST = 2_000
const MAX_EXAMPLES = 4

const networkOf = (ip: string): string | undefined => {
  const parsed = parseIp(ip)
  if (parsed === undefined) return undefined
  if (parsed.family === 4) return `${ip.split('.').slice(0, 3).join('.')}.0/${IPV4_NETWORK}`
  const [head = '', tail] = ip.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) while (groups.length < 3) groups.push('0')
  return `${groups.slice(0, 3).join(':')}::/${IPV6_NETWORK}`
}

const traitsOf = (event: SecurityEvent, isBot: boolean): Record<string, Trait> => {
  const { ip, asn, asnName, userAgent, path } = event
  const network = networkOf(ip)
  const traits: Trait[] = [
    ...(network === undefined
      ? []
      : [
          {
            key: 'ip',
            words: `the address ${ip}`,
            expression: `ip.src eq ${ip}`,
            may: (other: SecurityEvent) => other.ip === ip,
          },
          {
            key: 'network',
            words: `the network ${network}`,
            expression: `ip.src in {${network}}`,
            may: (other: SecurityEvent) => networkOf(other.ip) === network,
          },
        ]),
    ...(asn === 0
      ? []
      : [
          {
            key: 'asn',
            words: `AS${asn}${asnName === undefined ? '' : ` (${asnName})`}`,
            expression: `ip.src.asnum eq ${asn}`,
            may: (other: SecurityEvent) => other.asn === asn,
          },
        ]),
    {
      key: 'agent',
      words: userAgent === '' ? 'an empty user agent' : 'this user agent',
      expression: `http.user_agent eq ${quote(toBytes(userAgent))}`,
      may: (other: SecurityEvent) => other.userAgent === userAgent,
    },
    ...(isBot
      ? [{ key: 'bot', words: 'verified bots', expression: 'cf.client.bot', may: () => true }]
      : []),
    {
      key: 'path',
      words: `the path ${path}`,
      expression: `http.request.uri.path eq ${quote(toBytes(path))}`,
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
  'network+agent',
  'network+path',
  'network',
  'asn+agent+path',
  'asn+agent',
  'asn+path',
  'asn',
  'bot+path',
  'bot',
  'agent+path',
  'agent',
  'path',
].map((key) => key.split('+'))

/** Everything that could let a visitor through, from the narrowest on. */
export const candidatesOf = (event: SecurityEvent, isBot: boolean): Candidate[] => {
  const traits = traitsOf(event, isBot)
  return COMBINATIONS.flatMap((keys) => {
    const used = keys.flatMap((key) => traits[key] ?? [])
    if (used.length < keys.length) return []
    return [
      {
        key: keys.join('+'),
        words: used.map(({ words }) => words).join(', '),
        expression: used.map(({ expression }) => expression).join(' and '),
        may: (other: SecurityEvent) => used.every(({ may }) => may(other)),
      },
    ]
  })
}

/** How long an exception lasts. */
export const ENDS = { '1h': 3_600, '1d': 86_400, '7d': 604_800, '30d': 2_592_000 } as const
export type End = keyof typeof ENDS
export const isEnd = (text: string): text is End => Object.hasOwn(ENDS, text)

const MS_PER_SECOND = 1_000
const MAX_NAME = 100

/** The rule that lets a visitor through. One that ends says when, for people and for the edge. */
export const exceptionRule = (
  event: SecurityEvent,
  { words, expression }: Candidate,
  { end, nowMs }: { end?: End | undefined; nowMs: number }
): WrittenRule => {
  const visible = `let through ${words}`.replace(/[\u0000-\u001f\u007f]/g, ' ')
  // By characters: a half of one is no text that a file can have.
  const name = [...visible].slice(0, MAX_NAME).join('')
  const why = `Exception to "${event.rule.name || event.rule.id}" for the Ray ID ${event.ray}`
  const skip = event.source === 'ratelimit' ? { skip: { phases: ['http_ratelimit'] } } : {}
  if (end === undefined)
    return { name, description: `${why}.`, expression, action: 'skip', ...skip }
  const endSeconds = Math.ceil(nowMs / MS_PER_SECOND) + ENDS[end]
  const date = `${new Date(endSeconds * MS_PER_SECOND).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return {
    name,
    description: `${why}. Ends ${date}.`,
    expression: `${expression} and http.request.timestamp.sec lt ${endSeconds}`,
    action: 'skip',
    ...skip,
  }
}

/** The place of an exception: above the rule that stopped the visitor. */
export interface Place {
  readonly file: string
  readonly text: string
  readonly hash: string
  readonly above: Rule
}

/** Products whose refusals a custom rule can prevent. */
const SKIPPABLE = ['firewallcustom', 'ratelimit']

/**
 * Where an exception to an event's rule goes.
 *
 * @throws EdgeError `cannot_edit` with the reason, where the dashboard cannot write it
 */
export const placeOf = (event: SecurityEvent, desk: RuleDesk, rules: readonly Rule[]): Place => {
  if (!SKIPPABLE.includes(event.source)) {
    throw new EdgeError(
      'cannot_edit',
      `IP Access rules, Zone Lockdown and User Agent Blocking run before custom rules: correct "${event.rule.name}" itself`
    )
  }
  const files = new Map(desk.files().map((file) => [file.file, file]))
  const above =
    event.source === 'ratelimit'
      ? rules.find(({ file }) => files.has(file))
      : rules.find(({ id }) => id === event.rule.id)
  if (above === undefined) {
    throw new EdgeError(
      'cannot_edit',
      event.source === 'ratelimit'
        ? 'there is no custom rule in a file of edge1020 to write the exception above'
        : `no rule in force has the id "${event.rule.id}": it was removed or renamed since`
    )
  }
  const file = files.get(above.file)
  if (file === undefined) {
    throw new EdgeError(
      'cannot_edit',
      `${above.file || 'the rules of a program'}: not a document of edge1020; add the expression below to your own configuration`
    )
  }
  return { ...file, above }
}

/** The file with an exception in it. @throws EdgeError `cannot_edit` */
export const withException = ({ text, above }: Place, rule: WrittenRule): string =>
  insertRule(text, above, rule)

interface Tally {
  own: number
  others: number
  readonly addresses: Set<string>
  readonly examples: SecurityEvent[]
}

/** Every visitor with a name, asking for the same. */
const personasIn = (
  event: SecurityEvent,
  names: readonly string[],
  run: (request: Parameters<ReturnType<RuleDesk['trials']>['run']>[0]) => Trial
): Set<string> => {
  const { request } = readEvent(event)
  const refused = names.filter((as) => run({ ...request, headers: [], from: { as } }).isRefused)
  return new Set(refused)
}

/**
 * Weighs every way to let a visitor through by the requests of the past that it would also have let through: each is put where it
 * would be written, and the refused requests that it is true of are judged again.
 *
 * The narrowest come first: those that let the fewest others through, and of these the ones that help this visitor most.
 */
export const weigh = async (
  event: SecurityEvent,
  {
    desk,
    store,
    place,
    personas,
    nowMs,
  }: {
    desk: RuleDesk
    store: EventStore
    place: Place
    personas: readonly string[]
    nowMs: number
  }
): Promise<Weighing> => {
  const before = desk.trials(desk.load())
  const now = judgeEvent(before, event)
  const isBot = now?.context.field('cf.client.bot') === true
  const events = await pastEvents(store, { number: MAX_PAST, nowMs, refusedOnly: true })
  const refusedNow = personasIn(event, personas, before.run)
  const options: {
    readonly candidate: Candidate
    readonly after: Trials
    readonly tally: Tally
    readonly may: Candidate['may']
  }[] = []
  for (const candidate of candidatesOf(event, isBot)) {
    // Loading many rules takes some milliseconds: visitors have their turn after each time.
    await turn()
    const text = withException(place, exceptionRule(event, candidate, { nowMs }))
    const after = desk.trials(desk.load({ file: place.file, text }))
    const tally: Tally = { own: 0, others: 0, addresses: new Set(), examples: [] }
    options.push({ candidate, after, tally, may: candidate.may })
  }
  let own = 0
  let judged = 0
  await eachEvent(events, (past) => {
    const was = judgeEvent(before, past)
    if (was === undefined) return
    judged++
    if (!was.isRefused) return
    const isOwn = past.ip === event.ip
    if (isOwn) own++
    for (const { after, tally, may } of options) {
      if (!may(past)) continue
      if (judgeEvent(after, past)?.isRefused !== false) continue
      if (isOwn) tally.own++
      else {
        tally.others++
        tally.addresses.add(past.ip)
        if (tally.examples.length < MAX_EXAMPLES) tally.examples.push(past)
      }
    }
  })
  const candidates: Weighed[] = []
  for (const { candidate, after, tally } of options) {
    await turn()
    if (judgeEvent(after, event)?.isRefused !== false) continue
    const still = personasIn(event, [...refusedNow], after.run)
    candidates.push({
      ...candidate,
      own: tally.own,
      others: tally.others,
      addresses: tally.addresses.size,
      examples: tally.examples,
      personas: [...refusedNow].filter((name) => !still.has(name)),
    })
  }
  candidates.sort(
    (one, two) =>
      one.others - two.others ||
      one.personas.length - two.personas.length ||
      two.own - one.own ||
      two.key.split('+').length - one.key.split('+').length
  )
  return { candidates, judged, own }
}
