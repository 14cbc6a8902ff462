import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import { isUsable, meantField } from './field-names.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem } from './loose.ts'

/** Names of functions in other languages, in lower case. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ tolower: 'lower', to_lower: 'lower', lowercase: 'lower', lower: 'lower' },
    ...{ tolowercase: 'lower', lcase: 'lower', toupper: 'upper', to_upper: 'upper' },
    ...{ uppercase: 'upper', touppercase: 'upper', ucase: 'upper', upper: 'upper' },
    ...{ length: 'len', strlen: 'len', size: 'len', len: 'len', char_length: 'len' },
    ...{ urldecode: 'url_decode', decodeuricomponent: 'url_decode', substr: 'substring' },
  })
)

const NO_ARGUMENTS = /\s*\(\s*\)/y

/** `http.user_agent.toLowerCase()`, `http.user_agent.length` */
const functionMethod = (
  source: string,
  { start, end }: Problem,
  scheme: Scheme
): Fix | undefined => {
  const name = source.slice(start, end)
  const dot = name.lastIndexOf('.')
  const left = name.slice(0, dot)
  const field = isUsable(scheme, left) ? left : meantField(left, scheme)
  const definition = FUNCTIONS.get(name.slice(dot + 1).toLowerCase())
  if (field === undefined || definition === undefined) return undefined
  NO_ARGUMENTS.lastIndex = end
  const close = NO_ARGUMENTS.test(source) ? NO_ARGUMENTS.lastIndex : end
  const text = `${definition}(${field})`
  return { start, end: close, text, reason: 'fields have no methods' }
}

/** `length(http.host)`: a function that has another name here. */
const renamed = (source: string, { start, end }: Problem): Fix | undefined => {
  const definition = FUNCTIONS.get(source.slice(start, end).toLowerCase())
  if (definition === undefined || source[afterSpace(source, end)] !== '(') return undefined
  return { start, end, text: definition, reason: 'did you mean' }
}

const TESTS =
  /^(?:(?:re(?:gexp?)?[._]?(?:match(?:es)?|test|search|like)|preg_match|match(?:es)?_regexp?)|(cidr_?match|i[np]_?(?:ip_?)?in_?(?:range|cidr|network|subnet)|in_?ip_?range|in_?cidr|ip_?match))$/i

/** `regex_match(http.host, "^a")`, `preg_match("/^a/", http.host)`, `cidr_match(ip.src, "10.0.0.0/8")` */
const tested = (source: string, { start, end }: Problem, scheme: Scheme): Fix | undefined => {
  const name = TESTS.exec(source.slice(start, end))
  const open = afterSpace(source, end)
  if (name === null || source[open] !== '(') return undefined
  const given: string[] = []
  let at = afterSpace(source, open + 1)
  while (source[at] !== ')') {
    const item = looseItem(source, at)
    if (item === undefined || given.length === 2) return undefined
    given.push(item.text)
    at = afterSpace(source, at + item.text.length)
    if (source[at] === ',') at = afterSpace(source, at + 1)
  }
  const field = given.find((one) => isUsable(scheme, one) || meantField(one, scheme) !== undefined)
  const value = given.find((one) => one !== field)
  if (field === undefined || value === undefined) return undefined
  const left = isUsable(scheme, field) ? field : meantField(field, scheme)
  const pattern = value.replace(/^["']\/(.*)\/["']$/s, '"$1"')
  const text =
    name[1] === undefined
      ? `${left} matches ${pattern}`
      : `${left} in {${value.replace(/["']/g, '')}}`
  const reason = name[1] === undefined ? '`matches` is an operator' : 'a network goes with `in`'
  return { start, end: at + 1, text, reason }
}

/** Functions and methods that have another name here or are operators here. */
export const mendFunction = (source: string, problem: Problem, scheme: Scheme): Fix | undefined =>
  functionMethod(source, problem, scheme) ??
  tested(source, problem, scheme) ??
  renamed(source, problem)
