import type { Budget } from '../evaluate.ts'
import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import {
  elementsOf,
  isAscii,
  isList,
  isUnknown,
  SetValue,
  toNumber,
  toText,
  Unknown,
} from '../values.ts'
import { formatted } from './format.ts'
import { between, type Functions, of, partly } from './function.ts'
import { regexMatch, regexMatches, regexReplace } from './patterns.ts'

const ANY = Number.POSITIVE_INFINITY

type OnTexts = (...texts: string[]) => Value

/** A function whose arguments are all text. */
const texts = (count: number, run: OnTexts) =>
  of(count, (args, _, name) => run(...args.map((arg) => toText(arg, `\`${name}\``))))

/** The same, with a pattern that can take long. */
const within = (count: number, run: (texts: readonly string[], budget: Budget) => Value) =>
  of(count, (args, { budget }, name) =>
    run(
      args.map((arg) => toText(arg, `\`${name}\``)),
      budget
    )
  )

const trimmed = (text: string, unwanted: string, isStart: boolean, isEnd: boolean): string => {
  const characters = [...text]
  const set = new Set(unwanted)
  let start = 0
  let end = characters.length
  while (isStart && start < end && set.has(characters[start]!)) start++
  while (isEnd && end > start && set.has(characters[end - 1]!)) end--
  return characters.slice(start, end).join('')
}

const MAX_LINES = 1_000_000

const isElements = (value: Value) => isList(value) || value instanceof SetValue

const formattedList = (args: readonly Value[]): string[] => {
  const [format, ...values] = args
  const lists = values.filter(isElements).map((value) => elementsOf(value, '`formatlist`'))
  const length = lists.length === 0 ? 1 : lists[0]!.length
  if (lists.some((list) => list.length !== length)) {
    throw new EvaluationProblem('`formatlist`: the lists have different lengths')
  }
  return Array.from({ length: Math.min(length, MAX_LINES) }, (_, i) =>
    formatted(
      toText(format!, '`formatlist`'),
      values.map((value) => (isElements(value) ? elementsOf(value, '')[i]! : value))
    )
  )
}

/** A pattern between slashes is a regular expression. */
const replaced = (text: string, search: string, replacement: string, budget: Budget): string => {
  if (search.length > 1 && search.startsWith('/') && search.endsWith('/')) {
    return regexReplace(text, search.slice(1, -1), replacement, budget)
  }
  return text.replaceAll(search, () => replacement)
}

let segmenter: Intl.Segmenter | undefined

/** Characters as people see them: `e` with an accent is one, and so is a family emoji. */
export const graphemes = (text: string): string[] => {
  if (/^[\x20-\x7e]*$/.test(text)) return [...text]
  // Created late, because it reads tables that no start should wait for.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Converts each letter separately, as Go does. `ß` has no single capital letter and does not change. */
const byCharacter = (text: string, convert: (char: string) => string): string =>
  isAscii(text)
    ? convert(text)
    : Array.from(text, (char) => {
        const found = convert(char)
        return [...found].length === 1 ? found : char
      }).join('')

/** One unknown element alone is the result, because modules read the id of an optional resource with `join("", x.*.id)`. */
const joined = (separator: Value, lists: readonly Value[]): Value => {
  const items = lists.flatMap((list) => elementsOf(list, '`join`'))
  const unknown = items.find(isUnknown)
  if (unknown !== undefined) return items.length === 1 ? unknown : new Unknown(unknown.what)
  return items.map((item) => toText(item, '`join`')).join(toText(separator, '`join`'))
}

const MAX_INDENT = 1_000

export const stringFunctions: Functions = {
  chomp: texts(1, (text) => text!.replace(/[\r\n]+$/, '')),
  endswith: texts(2, (text, end) => text!.endsWith(end!)),
  format: between(1, ANY, ([format, ...values]) => formatted(toText(format!, '`format`'), values)),
  formatlist: between(1, ANY, formattedList),
  indent: of(2, ([spaces, text]) => {
    const count = toNumber(spaces!, '`indent`')
    if (count < 0 || count > MAX_INDENT) throw new EvaluationProblem(`\`indent\`: ${count} spaces`)
    return toText(text!, '`indent`').replaceAll('\n', `\n${' '.repeat(count)}`)
  }),
  join: partly(between(2, ANY, ([separator, ...lists]) => joined(separator!, lists))),
  lower: texts(1, (text) =>
    byCharacter(text!, (char) => (char === 'İ' ? 'i' : char.toLowerCase()))
  ),
  regex: within(2, ([pattern, text], budget) => regexMatch(pattern!, text!, budget)),
  regexall: within(2, ([pattern, text], budget) => regexMatches(pattern!, text!, budget)),
  replace: within(3, ([text, search, replacement], budget) =>
    replaced(text!, search!, replacement!, budget)
  ),
  split: texts(2, (separator, text) =>
    text === '' ? [''] : separator === '' ? [...text!] : text!.split(separator!)
  ),
  startswith: texts(2, (text, start) => text!.startsWith(start!)),
  strcontains: texts(2, (text, part) => text!.includes(part!)),
  strrev: texts(1, (text) => graphemes(text!).reverse().join('')),
  substr: of(3, ([text, offset, length]) => {
    const characters = graphemes(toText(text!, '`substr`'))
    const from = toNumber(offset!, '`substr`')
    const count = toNumber(length!, '`substr`')
    const start = from < 0 ? Math.max(0, characters.length + from) : from
    return characters.slice(start, count < 0 ? undefined : start + count).join('')
  }),
  title: texts(1, (text) =>
    text!.replace(
      /(^|[^\p{L}\p{N}_])(\p{L})/gu,
      (_, before: string, letter: string) => `${before}${letter.toUpperCase()}`
    )
  ),
  trim: texts(2, (text, unwanted) => trimmed(text!, unwanted!, true, true)),
  trimprefix: texts(2, (text, start) =>
    text!.startsWith(start!) ? text!.slice(start!.length) : text!
  ),
  trimspace: texts(1, (text) => text!.trim()),
  trimsuffix: texts(2, (text, end) =>
    end !== '' && text!.endsWith(end!) ? text!.slice(0, -end!.length) : text!
  ),
  upper: texts(1, (text) => byCharacter(text!, (char) => char.toUpperCase())),
}
