import { readAddress } from './address.ts'
import { CONDITION_KEYS, type ConditionKey, RULE_KEYS } from './keys.ts'
import { readListName } from './list-name.ts'
import { readHeaders, readMatcher } from './matcher.ts'
import { oneOf } from './matcher-terms.ts'
import type { Entry, Node } from './node.ts'
import { quote } from './quote.ts'
import type { Reader, Text } from './reader.ts'
import type { Term } from './term.ts'
import { and, literal, not, or, term } from './term.ts'
import type { Problem } from './values.ts'
import {
  checkContinent,
  checkCountry,
  checkJa3,
  checkJa4,
  checkMethod,
  encodedPath,
  partsHelp,
  readAsnItem,
} from './values.ts'

type ReadCondition = (entry: Entry, reader: Reader) => Term | undefined

/** `field eq "A"`, or `field in {"A" "B"}` for several. */
const exact = (field: string, texts: readonly Text[]): Term => {
  const literals = texts.map(({ value, place }) => literal(quote(value), place))
  return oneOf(field, literals)
}

/** A condition on a closed set of codes: each is checked, and they match exactly. */
const codes =
  (field: string, expected: string, check: (text: string) => Problem): ReadCondition =>
  ({ key, value: node }, reader) => {
    const texts = reader.items(node, expected).flatMap((item) => {
      const text = reader.text(item, expected)
      if (text === undefined) return []
      const wrong = check(text.value)
      if (wrong === undefined) return [text]
      const help = partsHelp(key, text.value, (part) => check(part) === undefined) ?? wrong.help
      reader.findings.error(text.place, wrong.code, wrong.message, help)
      return []
    })
    return texts.length === 0 ? undefined : exact(field, texts)
  }

/** `field in $name`, or `undefined` for a wrong name, which is reported. */
const inList = (field: string, { value, place }: Text, { findings }: Reader): Term | undefined => {
  const read = readListName(value)
  if ('name' in read) return term(`${field} in `, literal(`$${read.name}`, place))
  findings.error(place, read.problem.code, read.problem.message, read.problem.help)
  return undefined
}

const isListName = (text: string): boolean => text.startsWith('$')

const ASN_EXPECTED = 'an AS number such as `13335` or `AS13335`, or a list `$name`'

const asn: ReadCondition = ({ value: node }, reader) => {
  let hasRange = false
  const lists: Term[] = []
  const literals = reader.items(node, ASN_EXPECTED).flatMap((item) => {
    const isNumber = item.kind === 'scalar' && ['number', 'bigint'].includes(typeof item.value)
    const text = isNumber
      ? { value: item.source, place: item.place }
      : reader.text(item, ASN_EXPECTED)
    if (text === undefined) return []
    if (isListName(text.value)) {
      const listed = inList('ip.src.asnum', text, reader)
      if (listed !== undefined) lists.push(listed)
      return []
    }
    const read = readAsnItem(text.value)
    if ('problem' in read) {
      const wrong = read.problem!
      const help = partsHelp('asn', text.value, (part) => 'item' in readAsnItem(part))
      reader.findings.error(text.place, wrong.code, wrong.message, help ?? wrong.help)
      return []
    }
    hasRange ||= read.item.includes('..')
    return [literal(read.item, text.place)]
  })
  // A range is only valid in a set, even on its own.
  const numbers =
    hasRange && literals.length === 1
      ? term('ip.src.asnum in {', literals[0]!, '}')
      : oneOf('ip.src.asnum', literals)
  const parts = literals.length === 0 ? lists : [numbers, ...lists]
  return parts.length === 0 ? undefined : or(parts)
}

/** Reads host names and patterns like other texts, and also lists of host names. */
const host: ReadCondition = ({ value: node }, reader) => {
  const isList = (item: Node): boolean =>
    item.kind === 'scalar' && typeof item.value === 'string' && isListName(item.value)
  const items = node.kind === 'list' ? node.items : [node]
  const others = items.filter((item) => !isList(item))
  if (others.length === items.length) return readMatcher(node, reader, 'host')
  const lists = items.filter(isList).flatMap((item) => {
    const text = reader.text(item, 'a list `$name`')
    return (text === undefined ? undefined : inList('http.host', text, reader)) ?? []
  })
  const rest = node.kind === 'list' && others.length > 0 ? { ...node, items: others } : undefined
  const names = rest === undefined ? undefined : readMatcher(rest, reader, 'host')
  const parts = names === undefined ? lists : [names, ...lists]
  return parts.length === 0 ? undefined : or(parts)
}

const IP_EXPECTED = 'an address, a network or a list `$name`'

const ip: ReadCondition = ({ value: node }, reader) => {
  const inSet: ReturnType<typeof literal>[] = []
  const lists: Term[] = []
  let single = true
  for (const item of reader.items(node, IP_EXPECTED)) {
    const text = reader.text(item, IP_EXPECTED)
    if (text === undefined) continue
    const read = readAddress(text.value)
    if (read.kind === 'problem') {
      const { code, message, help } = read.problem
      const isAddress = (part: string) => readAddress(part).kind !== 'problem'
      reader.findings.error(
        text.place,
        code,
        message,
        partsHelp('ip', text.value, isAddress) ?? help
      )
    } else if (read.kind === 'list') {
      lists.push(term('ip.src in ', literal(`$${read.name}`, text.place)))
    } else {
      single &&= read.kind === 'address'
      inSet.push(literal(read.item, text.place))
    }
  }
  const parts = [...lists]
  if (inSet.length === 1 && !single) parts.unshift(term('ip.src in {', inSet[0]!, '}'))
  else if (inSet.length > 0) parts.unshift(oneOf('ip.src', inSet))
  return parts.length === 0 ? undefined : or(parts)
}

const CONDITION_EXPECTED = 'conditions such as `{ path: /admin* }`'

/** The conditions inside `not`, `any` and `all`: one mapping or a list of them. */
const groups = ({ value: node }: Entry, reader: Reader): Term[] =>
  reader
    .items(node, CONDITION_EXPECTED)
    .flatMap((item) => readConditions(item, reader, 'the condition') ?? [])

const CONDITIONS: Record<ConditionKey, ReadCondition> = {
  country: codes('ip.src.country', 'a country code', checkCountry),
  continent: codes('ip.src.continent', 'a continent code', checkContinent),
  asn,
  ip,
  user_agent: ({ value }, reader) => readMatcher(value, reader, 'user_agent'),
  path: ({ value }, reader) => {
    warnOfEncoding(value, reader)
    return readMatcher(value, reader, 'path')
  },
  host,
  method: codes('http.request.method', 'an HTTP method', checkMethod),
  header: ({ value }, reader) => readHeaders(value, reader),
  ja3: codes('cf.bot_management.ja3_hash', 'a JA3 hash', checkJa3),
  ja4: codes('cf.bot_management.ja4', 'a JA4 fingerprint', checkJa4),
  not: (entry, reader) => {
    const terms = groups(entry, reader)
    return terms.length === 0 ? undefined : not(or(terms))
  },
  any: (entry, reader) => {
    const terms = groups(entry, reader)
    return terms.length === 0 ? undefined : or(terms)
  },
  all: (entry, reader) => {
    const terms = groups(entry, reader)
    return terms.length === 0 ? undefined : and(terms)
  },
}

/** Only plain paths: with an operator, the text is compared as written. */
const warnOfEncoding = (node: Node, { findings }: Reader) => {
  for (const item of node.kind === 'list' ? node.items : [node]) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') continue
    if (/\p{Surrogate}/u.test(item.value)) continue
    const encoded = encodedPath(item.value)
    if (encoded === undefined) continue
    const message = 'a path arrives percent-encoded, so this text is unlikely to match'
    findings.warn(item.place, 'path_not_encoded', message, `did you mean \`${encoded}\`?`)
  }
}

/**
 * Converts a `when` mapping to an expression: keys are combined with `and`, and list items with `or`. `undefined` if nothing could be
 * read; the problems are then reported.
 */
export const readConditions = (node: Node, reader: Reader, what = '`when`'): Term | undefined => {
  const help =
    node.kind === 'scalar' && typeof node.value === 'string'
      ? 'for text of the Rules language use `expression:` instead of `when:`'
      : undefined
  const map = reader.map(node, CONDITION_EXPECTED, help)
  if (map === undefined) return undefined
  if (map.entries.length === 0) {
    if (map.incomplete) return undefined
    const always = 'to match every request write `expression: true`'
    reader.findings.error(map.place, 'empty_condition', `${what} has no condition`, always)
    return undefined
  }
  const { found } = reader.entries(map, CONDITION_KEYS, what, (key) =>
    key === '<<'
      ? 'YAML merge keys are not supported: use an alias as a whole'
      : Object.hasOwn(RULE_KEYS, key)
        ? `\`${key}\` is a key of the rule: indent it like \`when:\``
        : undefined
  )
  // Keeps the order of the document, so the printed expression reads like the rule.
  const terms = map.entries.flatMap((entry) =>
    found[entry.key as ConditionKey] === entry
      ? (CONDITIONS[entry.key as ConditionKey](entry, reader) ?? [])
      : []
  )
  return terms.length === 0 ? undefined : and(terms)
}
