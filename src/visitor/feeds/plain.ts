import { EXPECTED_ADDRESS, readAddress, readNumber } from './address.ts'
import { EXPECTED_HOSTNAME } from './csv.ts'
import { dayIn } from './date.ts'
import type { Entries } from './entries.ts'
import { MAX_LINE_BYTES, textOf } from './lines.ts'
import type { FeedReader } from './reader.ts'

const TAB = 9
const SPACE = 32

const isBlank = (byte: number | undefined) => byte === SPACE || byte === TAB

/** The end of the first word; `to` if there is only one. */
const wordEnd = (bytes: Uint8Array, from: number, to: number): number => {
  let i = from
  while (i < to && !isBlank(bytes[i])) i++
  return i
}

const skipBlanks = (bytes: Uint8Array, from: number, to: number): number => {
  let i = from
  while (i < to && isBlank(bytes[i])) i++
  return i
}

/** One address, network or range on each line: plain lists, FireHOL's sets, Spamhaus' DROP, Tor's bulk list. */
export const listReader = (entries: Entries): FeedReader => ({
  commentsBehind: true,
  read: (bytes, from, to) => (readAddress(bytes, from, to, entries) ? undefined : EXPECTED_ADDRESS),
})

/** An address and a number: IPsum. */
export const scoredReader = (entries: Entries): FeedReader => ({
  commentsBehind: true,
  read: (bytes, from, to) => {
    const end = wordEnd(bytes, from, to)
    const number = readNumber(bytes, skipBlanks(bytes, end, to), to)
    return number !== undefined && readAddress(bytes, from, end, entries, number)
      ? undefined
      : 'an IP address or network, a tab and a number'
  },
})

const COMMA = 44
const SEMICOLON = 59

/** The character after a number: a blank, or the separator before a description in Cloudflare's lists. */
const asnEnd = (bytes: Uint8Array, from: number, to: number): number => {
  let i = from
  while (i < to && !isBlank(bytes[i]) && bytes[i] !== COMMA && bytes[i] !== SEMICOLON) i++
  return i
}

/** Numbers of autonomous systems, `AS64496` or `64496`, followed by any text. */
export const asnReader = (entries: Entries): FeedReader => ({
  commentsBehind: true,
  read: (bytes, from, to) =>
    entries.addAsn(textOf(bytes, from, asnEnd(bytes, from, to)))
      ? undefined
      : 'the number of an autonomous system, as AS64496',
})

/** One host name on each line, or a wildcard `*.shop.test`. */
export const hostnameReader = (entries: Entries): FeedReader => ({
  commentsBehind: true,
  read: (bytes, from, to) =>
    entries.addHost(textOf(bytes, from, to, MAX_LINE_BYTES)) ? undefined : EXPECTED_HOSTNAME,
})

const EXIT_ADDRESS = 'ExitAddress '
const OTHER_KEYWORD = /^(?:ExitNode|Published|LastStatus)\b/
const KEYWORD_BYTES = 16
const EXPECTED_TOR = 'ExitNode, Published, LastStatus or ExitAddress with an IP address'

const startsWith = (bytes: Uint8Array, from: number, text: string) => {
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false
  return true
}

/** Tor's list of exits with the times of their tests: https://2019.www.torproject.org/tordnsel/exitlist-spec.txt */
export const torReader = (entries: Entries): FeedReader => {
  let date = ''
  return {
    commentsBehind: false,
    get date() {
      return date
    },
    read: (bytes, from, to) => {
      if (!startsWith(bytes, from, EXIT_ADDRESS)) {
        const isOther = OTHER_KEYWORD.test(textOf(bytes, from, to, KEYWORD_BYTES))
        return isOther ? undefined : EXPECTED_TOR
      }
      const address = skipBlanks(bytes, from + EXIT_ADDRESS.length, to)
      const end = wordEnd(bytes, address, to)
      if (!readAddress(bytes, address, end, entries)) return EXPECTED_TOR
      const day = dayIn(textOf(bytes, end, to))
      if (day > date) date = day
      return undefined
    },
  }
}
