import { EdgeError } from '../../error.ts'
import { parseCidr } from '../../lists/cidr.ts'
import type { IpRange } from '../../lists/ip.ts'
import { buildIpSet, type IpSet } from '../../lists/ipset.ts'
import type { KnownBot } from './known.ts'
import table from './networks.json' with { type: 'json' }

interface Network {
  readonly source: string
  readonly date: string
  readonly note?: string
  /** Separated by spaces. */
  readonly ranges: string
}

const NETWORKS = table.networks as Readonly<Record<string, Network>>

/** Day of the oldest list. */
export const NETWORKS_DATE = Object.values(NETWORKS)
  .map(({ date }) => date)
  .sort()[0]!

const parse = (texts: readonly string[], whose: string): IpRange[] =>
  texts.map((text) => {
    const parsed = parseCidr(text)
    if (!parsed.ok) throw new EdgeError('bad_bot_range', `range of ${whose}: ${parsed.message}`)
    return parsed.range
  })

/** Whether addresses are in a bot's published networks; undefined if it has none. */
export type NetworkOf = (bot: KnownBot) => IpSet | undefined

/**
 * The networks of bots. The built-in ones are read when a bot first appears; `own` replaces them by the bot's name.
 *
 * @throws EdgeError `bad_bot_range` naming bot and text · `unknown_bot`
 */
export const networksOf = (
  bots: readonly KnownBot[],
  own: Readonly<Record<string, readonly string[]>>
): NetworkOf => {
  const sets = new Map<string, IpSet | undefined>()
  for (const [name, texts] of Object.entries(own)) {
    if (!bots.some((bot) => bot.name === name)) {
      const names = bots.map((bot) => bot.name).join(', ')
      throw new EdgeError('unknown_bot', `"${name}" is not a known bot, expected one of: ${names}`)
    }
    sets.set(name, buildIpSet(parse(texts, name)))
  }
  return (bot) => {
    const ready = sets.get(bot.name)
    if (ready !== undefined || sets.has(bot.name)) return ready
    const texts = (bot.networks ?? []).flatMap((name) => NETWORKS[name]!.ranges.split(' '))
    const set = texts.length === 0 ? undefined : buildIpSet(parse(texts, bot.name))
    sets.set(bot.name, set)
    return set
  }
}

/** Reads lists of networks in the form that operators publish. */
export const parseBotRanges = (text: string): string[] => {
  const trimmed = text.trim()
  return trimmed.startsWith('{') || trimmed.startsWith('[')
    ? fromJson(trimmed)
    : trimmed
        .split('\n')
        .map((line) => line.replace(/#.*/, '').trim())
        .filter((line) => line !== '')
}

const MEMBERS = ['ipv4Prefix', 'ipv6Prefix', 'ip_prefix', 'ipv6_prefix', 'ip', 'ip_address']

const fromJson = (text: string): string[] => {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    throw new EdgeError(
      'bad_bot_range',
      'the list of ranges begins like JSON, but is not valid JSON',
      {
        cause,
      }
    )
  }
  const found: string[] = []
  const look = (value: unknown, member: string) => {
    if (typeof value === 'string') {
      if (member === '' || MEMBERS.includes(member)) found.push(value)
    } else if (Array.isArray(value)) {
      for (const item of value) look(item, '')
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) look(item, name)
    }
  }
  look(document, 'document')
  return found
}
