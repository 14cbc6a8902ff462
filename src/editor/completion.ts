import { customRuleScheme } from '../language/defaults.ts'
import { customRuleFunctions } from '../language/functions/table.ts'
import type { FieldDefinition } from '../language/scheme.ts'
import { typeName } from '../language/types.ts'
import { continents, countries } from './countries.ts'
import { fieldText, functionText, leftFieldOf } from './hover.ts'
import type { NamedList } from './lists.ts'

/** One proposal for a place of an expression or of a document. */
export interface Proposal {
  readonly label: string
  readonly kind: 'field' | 'function' | 'operator' | 'value' | 'list' | 'key'
  /** A few words beside the label. */
  readonly detail?: string
  /** Markdown. */
  readonly text?: string
  /** What is inserted, where that is not the label. */
  readonly insert?: string
}

/** What to propose for the stretch from `start` up to the place. */
export interface Proposals {
  readonly start: number
  readonly items: readonly Proposal[]
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']
/** Header names as the language has them: in lower case. */
const HEADERS = [
  ...['accept', 'accept-encoding', 'accept-language', 'authorization', 'content-type', 'cookie'],
  ...['host', 'origin', 'referer', 'user-agent', 'x-forwarded-for', 'x-requested-with'],
]

const field = ({ name, type }: FieldDefinition): Proposal => {
  const text = fieldText(name)
  return { label: name, kind: 'field', detail: typeName(type), ...(text && { text }) }
}

const fieldProposals = [...customRuleScheme.fields.values()]
  .filter(({ refused, alias }) => refused === undefined && alias === undefined)
  .map(field)

const functionProposals = customRuleFunctions
  .filter(({ refused }) => refused === undefined)
  .map(({ name }): Proposal => {
    const text = functionText(name)
    return { label: name, kind: 'function', insert: `${name}(`, ...(text && { text }) }
  })

const words = (labels: readonly string[]): Proposal[] =>
  labels.map((label) => ({ label, kind: 'operator' }))

const quantifiers = ['any', 'all'].map((name): Proposal => {
  const text = functionText(name)
  return { label: name, kind: 'function', insert: `${name}(`, ...(text && { text }) }
})

const OPERANDS: readonly Proposal[] = [
  ...fieldProposals,
  ...functionProposals,
  ...quantifiers,
  ...words(['not']),
]

const COMPARING: Readonly<Record<string, readonly string[]>> = {
  Bytes: ['eq', 'ne', 'in', 'contains', 'matches', 'wildcard', 'strict wildcard'],
  Int: ['eq', 'ne', 'in', 'lt', 'le', 'gt', 'ge', 'bitwise_and'],
  Ip: ['eq', 'ne', 'in'],
}
const JOINING = words(['and', 'or', 'xor'])

const named = (pairs: readonly (readonly [string, string])[]): Proposal[] =>
  pairs.map(([label, detail]) => ({ label, kind: 'value', detail }))

/** What a text in quotes may be, by the field that it is compared with. */
const valuesOf = (name: string | undefined): Proposal[] => {
  if (name === undefined) return []
  if (name.endsWith('.country')) return named(countries)
  if (name.endsWith('.continent')) return named(Object.entries(continents))
  if (name === 'http.request.method') return METHODS.map((label) => ({ label, kind: 'value' }))
  return []
}

const STRINGS = /(?<![\w.])r(#*)".*?(?:"\1|$)|"(?:[^"\\]|\\.)*(?:"|$)/gs

/** Where the string begins that is open at the end of a text. */
const openString = (before: string): number | undefined => {
  const last = [...before.matchAll(STRINGS)].at(-1)
  if (last === undefined || last.index + last[0].length < before.length) return undefined
  const isClosed = last[0].length > 1 && last[0].endsWith('"') && !last[0].endsWith('\\"')
  return isClosed ? undefined : last.index
}

const OPERATOR_BEFORE =
  /(?:(?<![\w.])(?:eq|ne|lt|le|gt|ge|contains|matches|wildcard|bitwise_and)|==|!=|<=?|>=?|~)\s+$/
const OPERAND_PLACE = /(?:^|[(,!]|&&|\|\||\^\^|(?<![\w.])(?:and|or|xor|not))\s*$/
const LEFT_SIDE = /([A-Za-z_][\w.]*)((?:\[[^\]]*\])*)\s+$/
const CALL_END = /\)(?:\[[^\]]*\])*\s+$/
const VALUE_END = /(?:["}\])]|(?<![\w.])\d[\d.:a-f/]*|(?<![\w.])(?:true|false)|\$[\w.]+)\s+$/i

/** Operators behind a field, or what joins conditions where the field is one. */
const behindName = (name: string, indexes: string): readonly Proposal[] => {
  const known = customRuleScheme.fields.get(name)
  if (known === undefined) return []
  let { type } = known
  for (const _ of indexes.matchAll(/\[/g)) if ('of' in type) type = type.of
  return type.kind === 'Bool' ? JOINING : words(COMPARING[type.kind] ?? [])
}

const behindSpace = (before: string, lists: readonly NamedList[]): readonly Proposal[] => {
  if (/(?<![\w.])in\s+$/.test(before)) {
    return [
      { label: '{', kind: 'operator', detail: 'a set' },
      ...lists.map(
        ({ name, kind }): Proposal => ({ label: `$${name}`, kind: 'list', detail: kind ?? 'list' })
      ),
    ]
  }
  if (OPERATOR_BEFORE.test(before)) return []
  if (CALL_END.test(before))
    return [...JOINING, ...words([...COMPARING.Bytes!, 'lt', 'le', 'gt', 'ge'])]
  const left = LEFT_SIDE.exec(before)
  if (left !== null && customRuleScheme.fields.has(left[1]!)) return behindName(left[1]!, left[2]!)
  return VALUE_END.test(before) ? JOINING : []
}

/** What may stand at a place of an expression. */
export const complete = (
  source: string,
  at: number,
  lists: readonly NamedList[] = []
): Proposals => {
  const before = source.slice(0, at)
  const string = openString(before)
  if (string !== undefined) {
    const start = string + (/^r#*/.exec(before.slice(string))?.[0].length ?? 0) + 1
    if (/headers\["[^"]*$/.test(before)) {
      return { start, items: HEADERS.map((label) => ({ label, kind: 'value' })) }
    }
    const quote = before.slice(0, string)
    return { start, items: valuesOf(leftFieldOf(`${quote}"`)) }
  }
  const dollar = /\$[\w.]*$/.exec(before)
  if (dollar !== null) {
    const items = lists.map(
      ({ name, kind }): Proposal => ({ label: `$${name}`, kind: 'list', detail: kind ?? 'list' })
    )
    return { start: dollar.index, items }
  }
  const word = /[A-Za-z_][\w.]*$/.exec(before)?.[0] ?? ''
  const start = at - word.length
  const rest = before.slice(0, start)
  if (OPERAND_PLACE.test(rest)) return { start, items: OPERANDS }
  return { start, items: /\s$/.test(rest) ? behindSpace(rest, lists) : [] }
}
