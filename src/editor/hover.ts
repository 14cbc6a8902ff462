import { customRuleScheme } from '../language/defaults.ts'
import { fieldFacts } from '../language/fields.ts'
import { functions } from '../language/functions/table.ts'
import { typeName } from '../language/types.ts'
import { countryName, isCountry } from '../visitor/countries.ts'
import { continents } from './countries.ts'
import { meaningOf } from './field-meanings.ts'
import { functionNotes, quantifierNotes } from './function-notes.ts'
import type { NamedList } from './lists.ts'
import { signature } from './signature.ts'

/** Markdown for a stretch of an expression. */
export interface Hovered {
  readonly start: number
  readonly end: number
  readonly text: string
}

const TOKEN =
  /(?<raw>(?<![\w.])r(?<hashes>#*)".*?"\k<hashes>)|(?<string>"(?:[^"\\]|\\.)*"?)|(?<list>\$[a-z\d_.]+)|(?<name>[A-Za-z_][\w]*(?:\.\w+)*)|(?<symbol>==|!=|>=|<=|&&|\|\||\^\^|[<>~&!])/gs

const OPERATORS: Readonly<Record<string, string>> = {
  eq: 'equal',
  ne: 'not equal',
  lt: 'less than',
  le: 'less than or equal',
  gt: 'greater than',
  ge: 'greater than or equal',
  in: 'equal to an item of the set `{…}`, or in the list `$name`',
  contains: 'the text holds another text; case-sensitive',
  matches: 'a part of the text matches the regular expression',
  wildcard: 'the whole text matches the pattern, in which `*` is any text; ignores case',
  strict: '`strict wildcard`: as `wildcard`, case-sensitive',
  bitwise_and: 'the numbers have a bit in common',
  and: 'both conditions are true; binds tighter than `xor` and `or`',
  or: 'at least one condition is true',
  xor: 'exactly one condition is true; binds tighter than `or`',
  not: 'the condition is false; binds tightest',
}
const SYMBOLS: Readonly<Record<string, string>> = {
  ...{ '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' },
  ...{ '~': 'matches', '&': 'bitwise_and', '&&': 'and', '||': 'or', '^^': 'xor', '!': 'not' },
}

/** Type and meaning of a field. `undefined` where there is none of that name. */
export const fieldText = (name: string): string | undefined => {
  const field = customRuleScheme.fields.get(name)
  if (field === undefined) return undefined
  const canonical = field.alias ?? name
  const facts = fieldFacts.get(canonical)
  const more = [
    ...(field.deprecated === undefined ? [] : [`Deprecated: ${field.deprecated}.`]),
    ...(field.refused === undefined ? [] : [`${field.refused}.`]),
    ...(facts?.plan === undefined ? [] : [`Plan: ${facts.plan}.`]),
  ]
  return [`\`${name}\`: **${typeName(field.type)}**`, meaningOf(canonical), ...more].join('\n\n')
}

/** Signature, meaning and an example of a function. `undefined` where there is none of that name. */
export const functionText = (name: string): string | undefined => {
  const definition = functions.find((one) => one.name === name)
  const note = functionNotes[name] ?? quantifierNotes[name]
  if (definition === undefined && note === undefined) return undefined
  const head = definition === undefined ? `\`${name}(…)\`` : `\`${signature(definition)}\``
  const [example] = note?.examples ?? []
  return [
    head,
    ...(note === undefined ? [] : [note.meaning]),
    ...(definition?.refused === undefined ? [] : [`${definition.refused}.`]),
    ...(example === undefined
      ? []
      : [`\`\`\`text\n${example.expression} → ${example.result}\n\`\`\``]),
  ].join('\n\n')
}

const operatorText = (word: string): string | undefined => {
  const name = SYMBOLS[word] ?? word
  const text = OPERATORS[name]
  return text === undefined ? undefined : `\`${name}\`: ${text}`
}

/** What the items of a comparison mean, by the field on its left. */
export const leftFieldOf = (before: string): string | undefined =>
  /([a-z_][\w.]*)(?:\[[^\]]*\])*\s*(?:eq|ne|in|==|!=|contains)\s*(?:\{[^{}]*)?"?$/.exec(before)?.[1]

const stringText = (source: string, at: number, text: string): string | undefined => {
  const field = leftFieldOf(source.slice(0, at))
  const value = text.replace(/^"|"$/g, '')
  const name = /\.country$/.test(field ?? '')
    ? isCountry(value)
      ? countryName(value)
      : undefined
    : /\.continent$/.test(field ?? '')
      ? continents[value]
      : undefined
  return name === undefined ? undefined : `\`${value}\`: ${name}`
}

const listText = (name: string, lists: readonly NamedList[]): string => {
  const list = lists.find((one) => one.name === name)
  if (list === undefined) return `\`$${name}\`: a list; this document has none of that name`
  const { size, kind } = list
  const count = size === undefined ? '' : `: ${size} ${size === 1 ? 'entry' : 'entries'}`
  return `\`$${name}\`${count}${kind === undefined ? '' : ` (${kind})`}`
}

/** What stands at a place of an expression. */
export const hover = (
  source: string,
  at: number,
  lists: readonly NamedList[] = []
): Hovered | undefined => {
  for (const { 0: token, index, groups = {} } of source.matchAll(TOKEN)) {
    const end = index + token.length
    if (end < at) continue
    if (index > at) return undefined
    const text =
      groups.string !== undefined
        ? stringText(source, index, token)
        : groups.list !== undefined
          ? listText(token.slice(1), lists)
          : (fieldText(token) ?? functionText(token) ?? operatorText(token))
    if (text !== undefined) return { start: index, end, text }
    if (end > at) return undefined
  }
  return undefined
}
