import { EdgeError } from '../../error.ts'
import { excerpt } from '../excerpt.ts'

/** The formats of feeds; docs/feeds.md describes each. */
export const FEED_FORMATS = ['list', 'scored', 'csv', 'jsonl', 'tor', 'asn', 'hostname'] as const
export type FeedFormat = (typeof FEED_FORMATS)[number]

/** Cloudflare's own lists, which are empty here until a feed fills them. */
export const MANAGED_LISTS: readonly string[] = [
  'cf.open_proxies',
  'cf.anonymizer',
  'cf.vpn',
  'cf.malware',
  'cf.botnetcc',
]

/** The default weight of a feed: half of the maximum. */
export const DEFAULT_WEIGHT = 50
const FULL_WEIGHT = 100
const MAX_NAME_CHARS = 64

/** One feed as the owner declares it. */
export interface FeedSpec {
  /** Also the name of the list that it fills: `$name`. */
  readonly name: string
  /** Path of a file, or an http(s) URL whose copy `edge1020 update feeds` keeps. */
  readonly source: string
  readonly isUrl: boolean
  /** 0 (only a list) to 100 (the worst score by itself). */
  readonly weight: number
  /** Default: recognised by the content. */
  readonly format?: FeedFormat | undefined
  /** True if its addresses are Tor exits. */
  readonly tor: boolean
  /** Names of all lists that it fills, its own first. */
  readonly lists: readonly string[]
  /** The feed's own number at which an entry has the whole weight. Default: 10 for `scored`, 100 for other formats. */
  readonly full?: number | undefined
  /** Entries with a lower number of their own are skipped. */
  readonly min?: number | undefined
  /** Also accepts local and very wide networks. */
  readonly unfiltered: boolean
}

const SHAPE = 'name=FILE or name=URL, then ,weight=0–100 ,format=… ,list=… ,tor'
const OPTIONS = 'weight=, format=, list=, full=, min=, tor or unfiltered'
const LIST_NAME = /^[a-z0-9_]+$/
const SCHEME = /^[a-z][a-z0-9+.-]+:\/\//i
const NUMBER = /^\d{1,9}(?:\.\d{1,6})?$/

const invalid = (text: string, problem: string) =>
  new EdgeError('invalid_feed', `feed ${excerpt(text)}: ${problem}`)

const checkName = (text: string, name: string, what: string): string => {
  if (name.length <= MAX_NAME_CHARS && (LIST_NAME.test(name) || MANAGED_LISTS.includes(name))) {
    return name
  }
  throw invalid(
    text,
    `${what} ${excerpt(name)}: expected 1–${MAX_NAME_CHARS} of a–z, 0–9 and _, or one of ${MANAGED_LISTS.join(' ')}`
  )
}

const readNumber = (text: string, key: string, value: string, max = Number.MAX_VALUE): number => {
  if (NUMBER.test(value) && Number(value) <= max) return Number(value)
  const range = max === FULL_WEIGHT ? 'a number from 0 to 100' : 'a number'
  throw invalid(text, `${key}=${value}: expected ${range}`)
}

const checkSource = (text: string, source: string): boolean => {
  if (source === '') throw invalid(text, `expected a file or a URL after "=": ${SHAPE}`)
  if (!SCHEME.test(source)) return false
  if (!/^https?:/i.test(source) || !URL.canParse(source)) {
    throw invalid(text, `${excerpt(source)}: expected a file or an http(s) URL`)
  }
  return true
}

const readFormat = (text: string, value: string): FeedFormat => {
  const format = FEED_FORMATS.find((known) => known === value)
  if (format !== undefined) return format
  throw invalid(text, `format=${value}: expected one of ${FEED_FORMATS.join(' ')}`)
}

/**
 * Reads the value of `--feed`: `name=FILE|URL` and, each after a comma, `weight=0–100`, `format=…`, `list=NAME`
 * (repeatable), `full=N`, `min=N`, `tor`, `unfiltered`. A comma inside a URL is written %2C.
 *
 * @throws EdgeError `invalid_feed`
 * @example parseFeedSpec('drop=drop.txt,weight=90') // { name: 'drop', source: 'drop.txt', weight: 90, … }
 */
export const parseFeedSpec = (text: string): FeedSpec => {
  const equals = text.indexOf('=')
  if (equals < 0) throw invalid(text, `expected ${SHAPE}`)
  const name = checkName(text, text.slice(0, equals), 'name')
  const [source = '', ...options] = text.slice(equals + 1).split(',')
  const isUrl = checkSource(text, source)
  const given = new Map<string, string>()
  const lists = [name]
  for (const option of options) {
    const [key = '', ...rest] = option.split('=')
    const value = rest.join('=')
    const isFlag = key === 'tor' || key === 'unfiltered'
    const isKnown = isFlag || ['weight', 'format', 'list', 'full', 'min'].includes(key)
    if (!isKnown || isFlag !== (rest.length === 0)) {
      const help = isUrl ? '; a comma of the URL is written %2C' : ''
      throw invalid(text, `${excerpt(option)}: expected ${OPTIONS}${help}`)
    }
    if (key === 'list') lists.push(checkName(text, value, 'list'))
    else if (given.has(key)) throw invalid(text, `${key} appears twice`)
    else given.set(key, value)
  }
  const number = (key: string, max?: number) => {
    const value = given.get(key)
    return value === undefined ? undefined : readNumber(text, key, value, max)
  }
  const full = number('full')
  if (full === 0) throw invalid(text, 'full=0: expected a number above 0')
  const format = given.get('format')
  return {
    name,
    source,
    isUrl,
    weight: number('weight', FULL_WEIGHT) ?? DEFAULT_WEIGHT,
    format: format === undefined ? undefined : readFormat(text, format),
    tor: given.has('tor'),
    lists: [...new Set(lists)],
    full,
    min: number('min'),
    unfiltered: given.has('unfiltered'),
  }
}

/** The source of a feed, for people: a URL without parts that may be secret. */
export const redactedSource = ({ source, isUrl }: Pick<FeedSpec, 'source' | 'isUrl'>): string => {
  if (!isUrl) return source
  const { origin, pathname, search } = new URL(source)
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}
