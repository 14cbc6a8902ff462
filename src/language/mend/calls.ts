import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem } from './loose.ts'

const FUNCTION = /([a-z_\d]+)\s+$/
const FIELD = /[a-z][\w.]*(?:\[[^\]]*\])*/iy

/** `len http.user_agent > 1`, `starts_with http.host "a"`: a call without its parentheses. */
const unbraced = (source: string, problem: Problem, scheme: Scheme): Fix | undefined => {
  const { code, message, start } = problem
  if (code !== 'expected_literal' || !message.endsWith('"("')) return undefined
  const before = FUNCTION.exec(source.slice(0, start))
  const definition = scheme.functions.get(before?.[1] ?? '')
  FIELD.lastIndex = start
  const first = FIELD.exec(source)?.[0]
  if (before === null || definition === undefined || first === undefined) return undefined
  const given = [first]
  let end = start + first.length
  while (given.length < definition.parameters.length) {
    const at = afterSpace(source, end + (source[end] === ',' ? 1 : 0))
    const item = looseItem(source, at)
    if (item === undefined || item.quotes === 'none') break
    given.push(item.text)
    end = at + item.text.length
  }
  const text = `${definition.name}(${given.join(', ')})`
  const reason = 'the arguments of a function stand in parentheses'
  return { start: before.index, end, text, reason }
}

const CALL = /\(\s*("(?:[^"\\]|\\.)*")\s*,\s*([a-z][\w.]*(?:\[[^\]]*\])*)\s*\)/y

/** `starts_with("/a", http.host)`: the searched text has to come first. */
const swapped = (source: string, { code, start }: Problem): Fix | undefined => {
  if (code !== 'invalid_argument_kind') return undefined
  const before = /(?:starts|ends)_with\s*(?=\(\s*$)/.exec(source.slice(0, start))
  if (before === null) return undefined
  CALL.lastIndex = before.index + before[0].length
  const found = CALL.exec(source)
  if (found === null) return undefined
  const text = `${before[0]}(${found[2]}, ${found[1]})`
  const reason = 'the field is the first argument'
  return { start: before.index, end: CALL.lastIndex, text, reason }
}

/** `items[*] eq "a"` by itself is a list of results. */
const unwrapped = (source: string, { code, message, start, end }: Problem): Fix | undefined => {
  if (code !== 'type_mismatch' || !message.endsWith('of type Bool, but got Array<Bool>')) {
    return undefined
  }
  const text = `any(${source.slice(start, end)})`
  return { start, end, text, reason: '[*] gives a list of truths' }
}

/** Mistakes in calls of functions. */
export const mendCall = (source: string, problem: Problem, scheme: Scheme): Fix | undefined =>
  unbraced(source, problem, scheme) ?? swapped(source, problem) ?? unwrapped(source, problem)
