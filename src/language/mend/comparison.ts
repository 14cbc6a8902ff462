import type { Comparison } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import type { Type } from '../types.ts'
import { bareKey, bareValue, NOT_BEFORE, truth } from './bare.ts'
import type { Fix } from './fix.ts'
import type { LooseItem, LooseValue } from './loose.ts'
import { afterSpace, looseValue } from './loose.ts'
import { starNetwork } from './networks.ts'
import type { LooseOperator, Meant } from './operators.ts'
import { isSpelling, looseOperator, spelled } from './operators.ts'
import type { MendedItem } from './values.ts'
import { mendItem } from './values.ts'

const TEXT_SEARCH = new Set<Meant>([
  'contains',
  'matches',
  'wildcard',
  'strict wildcard',
  'starts_with',
  'ends_with',
])
const LIST = /^[$@](?=[a-z\d_.]+$)/

interface Written {
  readonly left: string
  readonly type: Type
  readonly operator: LooseOperator
  readonly value: LooseValue
}

/** The comparison as the language writes it, without a negation. */
interface Mended {
  readonly text: string
  readonly reason: string | undefined
}

const functionReason = (meant: Meant) => `\`${meant}\` is a function`

const one = (operator: LooseOperator, left: string, item: string): string =>
  operator.meant === 'starts_with' || operator.meant === 'ends_with'
    ? `${operator.meant}(${left}, ${item})`
    : `${left} ${spelled(operator)} ${item}`

const setReason = (
  { operator: { meant }, value: { open, hasCommas } }: Written,
  item: string | undefined
) => {
  if (meant !== 'in') return 'a set goes with `in`'
  if (open !== '{') return 'a set is written in braces'
  return item ?? (hasCommas ? 'items of a set are separated by spaces, not commas' : undefined)
}

const asSet = (written: Written, items: readonly MendedItem[]): Mended => {
  const reason = items.find((item) => item.reason !== undefined)?.reason
  const { left } = written
  return {
    text: `${left} in {${items.map(({ text }) => text).join(' ')}}`,
    reason: setReason(written, reason),
  }
}

const LISTS_REASON = 'a list is written without braces'

/** Gives each `$list` its own comparison: a set cannot contain lists. */
const withLists = (written: Written): Mended | undefined => {
  const { left, value, operator } = written
  const isList = ({ inner }: LooseItem) => LIST.test(inner)
  const lists = value.items.filter(isList)
  if (lists.length === 0 || TEXT_SEARCH.has(operator.meant)) return undefined
  const rest = value.items.filter((item) => !isList(item))
  const parts = lists.map(({ inner }) => `${left} in $${inner.slice(1)}`)
  if (rest.length > 0) {
    const set = inSet({ ...written, value: { ...value, items: rest } })
    if (set === undefined) return undefined
    parts.push(set.text)
  }
  const text = parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`
  const isBare = value.open === '' && operator.meant !== 'in'
  return { text, reason: isBare ? 'a list goes with `in`' : LISTS_REASON }
}

const itemsOf = ({ value, type, operator }: Written): MendedItem[] | undefined => {
  const items = value.items.map((item) => mendItem(item, type, operator.meant === 'matches'))
  return items.every((item) => item !== undefined) ? items : undefined
}

const inSet = (written: Written): Mended | undefined => {
  const items = itemsOf(written)
  return items && asSet(written, items)
}

/** Text operators on addresses: finds the network that the text begins. */
const networkSearch = ({ left, operator, value }: Written): Mended | undefined => {
  const networks = value.items.map(({ inner }) =>
    starNetwork(inner.replace(/^\^/, '').replaceAll('\\.', '.').replace(/\.\*$/, '.'))
  )
  if (operator.meant === 'ends_with' || networks.includes(undefined)) return undefined
  const text = `${left} in {${networks.join(' ')}}`
  return { text, reason: 'addresses are compared with eq, or with in and networks' }
}

const RANGE_WORDS = /^\s*and\s+(\S+?)(?=[\s)]|$)/i

const searched = (written: Written): Mended | undefined => {
  const { left, type, operator, value } = written
  if (type.kind === 'Ip') return networkSearch(written)
  if (type.kind !== 'Bytes') return undefined
  const percent = operator.meant === 'wildcard' && /^i?like$/i.test(operator.written)
  // nginx's `~*` ignores case.
  const anyCase = operator.meant === 'matches' && operator.written.endsWith('*')
  const items = itemsOf(written)?.map(({ text, reason }) => ({
    text: percent ? text.replaceAll('%', '*') : anyCase ? text.replace('"', '"(?i)') : text,
    reason,
  }))
  if (items === undefined) return undefined
  const { meant } = operator
  const isFunction = meant === 'starts_with' || meant === 'ends_with'
  const many = items.map(({ text }) => one(operator, left, text))
  const first = isFunction ? functionReason(meant) : undefined
  const several = value.items.length > 1 ? `\`${meant}\` takes one value` : undefined
  return {
    text: many.length === 1 ? many[0]! : `(${many.join(' or ')})`,
    reason: first ?? several ?? items.find(({ reason }) => reason !== undefined)?.reason,
  }
}

const compared = (written: Written): Mended | undefined => {
  const { operator, value, left } = written
  const { meant } = operator
  const listed = withLists(written)
  if (listed !== undefined) return listed
  if (TEXT_SEARCH.has(meant)) return searched(written)
  const items = itemsOf(written)
  if (items === undefined) return undefined
  const [first] = items
  const isMany = items.length > 1 || first?.isMany === true
  if (meant === 'in' || (meant === 'eq' && isMany)) return asSet(written, items)
  if (isMany || first === undefined) return undefined
  const reason = first.reason ?? (value.open === '' ? undefined : `\`${meant}\` takes one value`)
  return { text: one(operator, left, first.text), reason }
}

/** `between 10 and 20` is a set with a range. */
const between = (source: string, { left, operator, value }: Written) => {
  const [from] = value.items
  const to = RANGE_WORDS.exec(source.slice(value.end))
  if (operator.meant !== 'between' || from === undefined || to === null) return undefined
  const text = `${left} in {${from.inner}..${to[1]}}`
  return { text, reason: '`between` does not exist', end: value.end + to[0].length }
}

const operatorReason = ({ written, meant }: LooseOperator): string | undefined => {
  if (isSpelling(written)) return undefined
  if (/^[A-Z ]+$/.test(written) && isSpelling(written.toLowerCase())) {
    return 'operators are lower case'
  }
  if (meant === 'starts_with' || meant === 'ends_with') {
    return /not|n['’]t|!/.test(written) ? undefined : functionReason(meant)
  }
  return `\`${written}\` does not exist`
}

/** Negates a comparison. If the operator is negated too, the `not` before it is dropped: no author means both. */
const negate = (fix: Fix, source: string, left: string): Fix => {
  const equals = [' eq ', ' == '].find((operator) => fix.text.startsWith(left + operator))
  if (equals !== undefined) {
    const item = fix.text.slice(left.length + equals.length)
    return { ...fix, text: `${left}${equals === ' eq ' ? ' ne ' : ' != '}${item}` }
  }
  const before = NOT_BEFORE.exec(source.slice(0, fix.start))?.[0].length ?? 0
  return { ...fix, start: fix.start - before, text: `not ${fix.text}` }
}

const elementOf = (type: Type): Type => ('of' in type ? type.of : type)

/**
 * Reads the comparison around a mistake as its author meant it, and writes it in the language.
 *
 * @returns `undefined` if the meaning is not certain
 */
export const mendComparison = (
  source: string,
  comparison: Comparison,
  { fields }: Scheme
): Fix | undefined => {
  const { start, end, type } = comparison
  if (type.kind === 'Bool') return truth(source, comparison)
  const key = bareKey(source, comparison)
  if (key !== undefined) return key
  const operatorStart = afterSpace(source, end)
  const operator = looseOperator(source, operatorStart)
  if (operator === undefined) return bareValue(source, comparison)
  const valueStart = afterSpace(source, operator.end)
  const value = looseValue(source, valueStart)
  if (value === undefined) return undefined
  if (value.items.some(({ text, quotes }) => quotes === 'none' && fields.has(text)))
    return undefined
  const isArray = type.kind === 'Array'
  // Header names are in lower case.
  const plain = source
    .slice(start, end)
    .replace(
      /^(http\.request\.headers\[")([^"]+)/,
      (_, map: string, name: string) => map + name.toLowerCase()
    )
  const left = isArray ? `${plain}[*]` : plain
  const written = { left, type: elementOf(type), operator, value }
  const range = between(source, written)
  const mended = range ?? compared(written)
  if (mended === undefined) return undefined
  const reason = operatorReason(operator) ?? mended.reason
  const isInside = isArray && /(?<![\w.])(?:any|all)\s*\(\s*$/.test(source.slice(0, start))
  const whole = isArray && !isInside ? `any(${mended.text})` : mended.text
  const parts = { operator: operatorStart, value: valueStart, isGroup: value.open !== '' }
  const fix = {
    parts,
    start,
    end: range?.end ?? value.end,
    text: whole,
    reason: reason ?? (isArray ? 'an array is compared element by element' : ''),
  }
  return operator.isNegated ? negate(fix, source, left) : fix
}
