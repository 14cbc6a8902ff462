import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import { headerField, isUsable, meantField } from './field-names.ts'
import type { Fix } from './fix.ts'
import { mendFunction } from './function-names.ts'
import { afterSpace, looseItem, looseValue } from './loose.ts'
import { looseOperator } from './operators.ts'

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({ AND: 'and', OR: 'or', NOT: 'not', XOR: 'xor' })
)

/** `http.user_agent.contains("a")`: the last word is an operator, and its value is in parentheses. */
const method = (source: string, { start, end }: Problem, scheme: Scheme): Fix | undefined => {
  const name = source.slice(start, end)
  const dot = name.lastIndexOf('.')
  const left = name.slice(0, dot)
  const field = isUsable(scheme, left) ? left : meantField(left, scheme)
  const operator = looseOperator(name, dot + 1)
  if (field === undefined || operator?.end !== name.length || source[end] !== '(') return undefined
  const value = looseValue(source, end)
  const [item] = value?.items ?? []
  if (value === undefined || item === undefined || value.items.length > 1) return undefined
  const { meant } = operator
  const text =
    meant === 'starts_with' || meant === 'ends_with'
      ? `${meant}(${field}, ${item.text})`
      : `${field} ${meant} ${item.text}`
  return { start, end: value.end, text, reason: 'fields have no methods' }
}

const DOTTED =
  /(?:http\.request\.headers?|http\.headers?|request\.headers|req\.(?:http|headers))\.([\w-]+)/iy

/** `http.request.headers.x-api-key`, `req.http.User-Agent` */
const dotted = (source: string, { start }: Problem, scheme: Scheme): Fix | undefined => {
  DOTTED.lastIndex = start
  const found = DOTTED.exec(source)
  // `headers.names` and `headers.values` are fields.
  if (found === null || scheme.fields.has(found[0])) return undefined
  const text = headerField(found[1]!)
  return { start, end: DOTTED.lastIndex, text, reason: 'a header is a key of the map of headers' }
}

const SCHEME_NAME = /^(?:http\.)?(?:request\.)?(?:uri\.)?(?:scheme|proto)$/i

/** `http.request.scheme eq "https"`: a Bool has this fact. */
const secure = (source: string, { start, end }: Problem): Fix | undefined => {
  if (!SCHEME_NAME.test(source.slice(start, end))) return undefined
  const operator = looseOperator(source, afterSpace(source, end))
  const at = afterSpace(source, operator?.end ?? end)
  const item = operator?.meant === 'eq' ? looseItem(source, at) : undefined
  if (operator === undefined || item === undefined || !/^https?$/i.test(item.inner))
    return undefined
  const isTls = item.inner.length === 'https'.length
  const text = isTls === operator.isNegated ? 'not ssl' : 'ssl'
  return { start, end: at + item.text.length, text, reason: '`ssl` is true of HTTPS' }
}

const WITH_INDEX: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'http.cookie': 'http.request.cookies',
    'http.request.uri.query': 'http.request.uri.args',
  })
)

/** `http.cookie["a"]`: a string has no index; another field has the parts of that string. */
const indexed = (source: string, { start }: Problem): Fix | undefined => {
  const name = /[\w.]+$/.exec(source.slice(0, start))?.[0] ?? ''
  const text = WITH_INDEX.get(name)
  if (text === undefined) return undefined
  return { start: start - name.length, end: start, text, reason: 'did you mean' }
}

const FIELD = /[a-z][\w.]*(?:\[[^\]]*\])*/iy

/** `contains(http.user_agent, "a")`: an operator that is called like a function. */
const called = (source: string, { start, end }: Problem, scheme: Scheme): Fix | undefined => {
  const operator = looseOperator(source, start)
  const open = afterSpace(source, end)
  if (operator?.end !== end || source[open] !== '(') return undefined
  FIELD.lastIndex = afterSpace(source, open + 1)
  const left = FIELD.exec(source)?.[0]
  if (left === undefined || !isUsable(scheme, left.replace(/\[.*$/, ''))) return undefined
  const comma = afterSpace(source, FIELD.lastIndex)
  const at = afterSpace(source, comma + 1)
  const item = source[comma] === ',' ? looseItem(source, at) : undefined
  if (item === undefined) return undefined
  const close = afterSpace(source, at + item.text.length)
  if (source[close] !== ')') return undefined
  const { meant } = operator
  if (meant === 'starts_with' || meant === 'ends_with') {
    const text = `${meant}(${left}, ${item.text})`
    return { start, end: close + 1, text, reason: '' }
  }
  const text = `${left} ${meant} ${item.text}`
  return { start, end: close + 1, text, reason: `${meant} is an operator` }
}

/** Corrects names that the scheme does not know or does not allow here. */
export const mendName = (source: string, problem: Problem, scheme: Scheme): Fix | undefined => {
  const { start, end, code } = problem
  if (code === 'invalid_index_access') return indexed(source, problem)
  const name = source.slice(start, end)
  const word = WORDS.get(name)
  if (word !== undefined) {
    return { start, end, text: word, reason: 'operators are lower case', isPart: true }
  }
  const written =
    dotted(source, problem, scheme) ??
    method(source, problem, scheme) ??
    called(source, problem, scheme) ??
    mendFunction(source, problem, scheme) ??
    secure(source, problem)
  if (written !== undefined) return written
  const meant = meantField(name, scheme)
  if (meant !== undefined) return { start, end, text: meant, reason: 'did you mean' }
  // The parser has found the closest known name.
  const near = /^did you mean `(.+)`\?$/.exec(problem.help ?? '')?.[1]
  return near === undefined ? undefined : { start, end, text: near, reason: 'did you mean' }
}
