import { EdgeError } from '../../error.ts'
import { parseIp } from '../../lists/ip.ts'
import { buildIpMap } from '../../lists/ipmap.ts'
import type { ParsedFeed, ParseOptions } from './parse.ts'
import { parseFeed } from './parse.ts'

export const ipOf = (text: string) => {
  const ip = parseIp(text)
  if (ip === undefined) throw new Error(`"${text}" is not an address`)
  return ip
}

/** Reads a feed from its text, or its lines. */
export const feedOf = (
  text: string | readonly string[],
  options: Partial<ParseOptions> = {}
): ParsedFeed =>
  parseFeed(new TextEncoder().encode(typeof text === 'string' ? text : text.join('\n')), {
    file: 'feed.txt',
    ...options,
  })

/** An address's share of the feed's weight; -1 if the feed does not contain it. */
export const sharesOf = ({ ranges }: ParsedFeed) => {
  const map = buildIpMap(ranges)
  return (address: string) => map.find(ipOf(address))
}

/** Code and message of the thrown error. */
export const refusal = (run: () => unknown): [code: string, message: string] | undefined => {
  try {
    run()
  } catch (error) {
    if (error instanceof EdgeError) return [error.code, error.message]
    throw error
  }
  return undefined
}
