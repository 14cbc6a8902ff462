import type { Problem } from '../problem.ts'
import type { Fix } from './fix.ts'
import { afterSpace } from './loose.ts'

const SPELLED: Readonly<Record<string, string>> = {
  ...{ AND: 'and', OR: 'or', XOR: 'xor', NOT: 'not' },
  ...{ '&': 'and', '|': 'or' },
}
const JOINING = /(?:AND|OR|XOR|NOT)(?![\w.])|&(?!&)|\|(?!\|)/y
const SPACES = /[\t\v\f\u00a0\u2000-\u200a\u202f\u3000\u200b\ufeff]+/g
const COMMENT = /\s*(?:#[^\n]*|\/\/(?=\s|$)[^\n]*|\/\*.*?\*\/)/sy
/** Strings: their characters are never changed. */
const STRINGS = /(?<![\w.])r(#*)".*?"\1|"(?:[^"\\]|\\.)*"/gs

/** Changes the text between strings. */
const outside = (source: string, change: (text: string) => string): string => {
  let changed = ''
  let from = 0
  for (const { 0: text, index } of source.matchAll(STRINGS)) {
    changed += change(source.slice(from, index)) + text
    from = index + text.length
  }
  return changed + change(source.slice(from))
}

const whole = (source: string, text: string, reason: string): Fix => ({
  start: 0,
  end: source.length,
  text,
  reason,
  isWhole: true,
})

/** Every `\"` of the source: the author copied the expression out of JSON. */
export const unescapeJson = (source: string, { start }: Problem): Fix | undefined => {
  if (!source.startsWith('\\"', start)) return undefined
  const text = source.replace(/\\(["\\])/g, '$1')
  return whole(source, text, '`\\"` belongs to JSON, not to the expression')
}

const comment = (source: string, at: number): Fix | undefined => {
  COMMENT.lastIndex = at
  const found = COMMENT.exec(source)?.[0]
  if (found === undefined || found.trim() === '') return undefined
  const reason = 'the language has no comments'
  return { start: at, end: at + found.length, text: '', reason, isPart: true }
}

const spaces = (source: string, at: number): Fix | undefined => {
  SPACES.lastIndex = 0
  const place = source.slice(at, at + 1)
  if (place === '' || place.replace(SPACES, '') === place) return undefined
  const reason = 'only spaces and line ends separate words: no TAB, no no-break space'
  return whole(
    source,
    outside(source, (text) => text.replace(SPACES, ' ')),
    reason
  )
}

const joining = (source: string, at: number): Fix | undefined => {
  JOINING.lastIndex = at
  const found = JOINING.exec(source)?.[0]
  if (found === undefined) return undefined
  const reason = /^[A-Z]/.test(found)
    ? 'operators are lower case'
    : `\`${found}\` does not join conditions`
  return { start: at, end: at + found.length, text: SPELLED[found]!, reason, isPart: true }
}

const parentheses = (source: string, { code, message, start }: Problem): Fix | undefined => {
  if (code === 'eof' && source[afterSpace(source, start)] === ')') {
    const at = afterSpace(source, start)
    const reason = 'this parenthesis has no opening one'
    return { start: at, end: at + 1, text: '', reason, isPart: true }
  }
  if (code !== 'expected_literal' || afterSpace(source, start) < source.length) return undefined
  if (!message.endsWith('")"')) return undefined
  const open = source.replace(STRINGS, '').split('(').length
  const close = source.replace(STRINGS, '').split(')').length
  if (open <= close) return undefined
  const text = ')'.repeat(open - close)
  return {
    start,
    end: source.length,
    text,
    reason: 'a closing parenthesis is missing',
    isPart: true,
  }
}

/** A comma is missing between arguments. */
const comma = (source: string, { code, message, start }: Problem): Fix | undefined => {
  if (code !== 'expected_literal' || !message.endsWith('","')) return undefined
  const from = source.slice(0, start).trimEnd().length
  if (!/^["\w]/.test(source.slice(start, start + 1))) return undefined
  return {
    start: from,
    end: start,
    text: ', ',
    reason: 'arguments are separated by commas',
    isPart: true,
  }
}

/** The string around a place, with its quotes. */
export const stringAt = (source: string, at: number) => {
  for (const { 0: text, index } of source.matchAll(STRINGS)) {
    if (index <= at && at < index + text.length) return { start: index, text }
  }
  return undefined
}

/** Corrects a backslash that begins no escape. In a raw string it needs none. */
const backslash = (source: string, { code, start }: Problem): Fix | undefined => {
  if (code !== 'invalid_character_escape') return undefined
  const string = stringAt(source, start)
  if (string === undefined || !string.text.startsWith('"')) return undefined
  const inner = string.text.slice(1, -1)
  const hashes = inner.includes('"') ? '#' : ''
  const text = `r${hashes}"${inner}"${hashes}`
  const end = string.start + string.text.length
  return { start: string.start, end, text, reason: 'r"…" keeps each backslash', isPart: true }
}

/** Corrects mistakes in the text that do not depend on its meaning. */
export const mendText = (source: string, problem: Problem): Fix | undefined => {
  const { start } = problem
  const at = afterSpace(source, start)
  return (
    unescapeJson(source, problem) ??
    comment(source, start) ??
    comment(source, at) ??
    spaces(source, start) ??
    joining(source, at) ??
    parentheses(source, problem) ??
    comma(source, problem) ??
    backslash(source, problem)
  )
}
