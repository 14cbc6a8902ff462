import { negate, normalize, type Ranges } from './ranges.ts'
import names from './unicode-names.json' with { type: 'json' }

// The JavaScript engine already has the Unicode tables; one pass over all codepoints reads a class from them. Its Unicode
// version may be newer than Rust's (17 in Node 20, 16 in regex-syntax 0.8).

const SURROGATE_LOW = 0xd800
const SURROGATE_HIGH = 0xdfff
const ASCII_MAX = 0x7f
const CODEPOINT_MAX = 0x10ffff
const LARGEST_UNIT = 0xffff

const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'
const word = new RegExp(`[${WORD}]`, 'u')

/** Whether `(?u)\w` matches the codepoint. */
export const isWordCodepoint = (codepoint: number) => word.test(String.fromCodePoint(codepoint))

const BLOCK = 0x800 // divides both ends of the surrogates

/**
 * Every codepoint in order, about 4 MB. The reference is weak: the memory is freed after a few patterns.
 */
let everything: WeakRef<{ text: string }> | undefined
const allText = (): string => {
  let held = everything?.deref()
  if (!held) {
    const blocks: string[] = []
    for (let start = 0; start <= CODEPOINT_MAX; start += BLOCK) {
      if (start >= SURROGATE_LOW && start <= SURROGATE_HIGH) continue
      blocks.push(String.fromCodePoint(...Array.from({ length: BLOCK }, (_, i) => start + i)))
    }
    held = { text: blocks.join('') }
    everything = new WeakRef(held)
  }
  return held.text
}

/** Stretches of codepoints in `set`. A stretch may span the surrogates, which `text` leaves out. */
const scan = (text: string, set: string): Ranges => {
  const pairs: number[] = []
  for (const { 0: run } of text.matchAll(new RegExp(`[${set}]+`, 'gu'))) {
    const last = run.codePointAt(run.length - 2)!
    pairs.push(run.codePointAt(0)!, last > LARGEST_UNIT ? last : run.charCodeAt(run.length - 1))
  }
  return pairs
}

const classes = new Map<string, Ranges>()

const readClass = (set: string): Ranges => {
  let ranges = classes.get(set)
  if (!ranges) {
    ranges = scan(allText(), set)
    classes.set(set, ranges)
  }
  return ranges
}

/** `\d`, `\s` and `\w` under `(?u)`. */
export const unicodePerl = (letter: 'd' | 's' | 'w'): Ranges =>
  readClass(letter === 'd' ? '\\p{Nd}' : letter === 's' ? '\\p{White_Space}' : WORD)

/** UAX 44 loose matching ignores case, spaces, `_`, `-` and a leading "is". */
const loose = (name: string) => {
  const bare = name.toLowerCase().replace(/[\s_-]/g, '')
  return bare.startsWith('is') && bare.length > 2 ? bare.slice(2) : bare
}

type Spellings = ReadonlyMap<string, string>

const spellings = (rows: readonly string[], aliases: Readonly<Record<string, string>>): Spellings =>
  new Map([
    ...rows.flatMap((row) => row.split(' ')).map((name) => [loose(name), name] as const),
    ...Object.entries(aliases),
  ])

/** With aliases of the Unicode Character Database that JavaScript lacks. */
const binary = spellings(names.binary, { wspace: 'White_Space' })
const categories = spellings(names.generalCategory, { punct: 'P', digit: 'Nd', cntrl: 'Cc' })
const scripts = spellings(names.script, {})
/** Bytes and text contain no halves of surrogate pairs. */
const SURROGATES = new Set(['cs', 'surrogate'])
/** Not categories in the database, but `\p{gc=Any}` is allowed. */
const GENERAL = new Set(['any', 'ascii', 'assigned'])

const PLAIN_NAME = /^[a-z\d]+$/

/**
 * The class of a property or of one of its values, in JavaScript's spelling; `undefined` if its engine does not know the
 * name.
 *
 * @param prefix `General_Category=`, or '' for a property without values
 * @param name loose
 */
const classOf = (prefix: string, spelt: Spellings, name: string): string | undefined => {
  if (!PLAIN_NAME.test(name)) return undefined
  const set = `\\p{${prefix}${spelt.get(name) ?? `${name[0]!.toUpperCase()}${name.slice(1)}`}}`
  try {
    new RegExp(set, 'u')
    return set
  } catch {
    return undefined
  }
}

const categoryClass = (name: string): string | undefined =>
  SURROGATES.has(name) ? undefined : classOf('General_Category=', categories, name)

const generalClass = (name: string) =>
  GENERAL.has(name) ? classOf('', binary, name) : categoryClass(name)
const scriptClass = (name: string) => classOf('Script=', scripts, name)
const extensionsClass = (name: string) => classOf('Script_Extensions=', scripts, name)

/** The properties that have values. */
const VALUED: ReadonlyMap<string, (value: string) => string | undefined> = new Map([
  ['gc', generalClass],
  ['generalcategory', generalClass],
  ['sc', scriptClass],
  ['script', scriptClass],
  ['scx', extensionsClass],
  ['scriptextensions', extensionsClass],
])

/** Properties that Rust supports and JavaScript does not. */
const UNREADABLE = new Set([
  ...['age', 'gcb', 'graphemeclusterbreak', 'wb', 'wordbreak', 'sb', 'sentencebreak'],
])

type PropertyProblem = 'unknown_property' | 'unknown_value' | 'unreadable_property'

/** The codepoints of `\p{…}`; `body` is the text between the braces, without `!=`. */
export const unicodeProperty = (body: string): Ranges | PropertyProblem => {
  const [left = '', right] = body.split(/[=:]/, 2)
  if (right !== undefined) {
    if (UNREADABLE.has(loose(left))) return 'unreadable_property'
    const valued = VALUED.get(loose(left))
    if (!valued) return 'unknown_property'
    const set = valued(loose(right))
    return set === undefined ? 'unknown_value' : readClass(set)
  }
  const name = loose(left)
  // "cf", "sc" and "lc" are both properties (case folding, …) and categories; Rust reads the category.
  const set = categoryClass(name) ?? classOf('', binary, name) ?? scriptClass(name)
  return set === undefined ? 'unknown_property' : readClass(set)
}

const CASED = '\\p{Changes_When_Casefolded}\\p{Changes_When_Casemapped}'
let casedText: string | undefined

/** Adds everything that differs only in case by Unicode's simple folding (`K` takes in `k` and the Kelvin sign). */
export const foldUnicode = (set: Ranges): Ranges => {
  if (set.length === 0) return set
  if (casedText === undefined) {
    casedText = ''
    const cased = readClass(CASED)
    for (let i = 0; i < cased.length; i += 2) {
      for (let c = cased[i]!; c <= cased[i + 1]!; c++) casedText += String.fromCodePoint(c)
    }
  }
  let source = ''
  for (let i = 0; i < set.length; i += 2) {
    source += `\\u{${set[i]!.toString(16)}}-\\u{${set[i + 1]!.toString(16)}}`
  }
  const found: number[] = []
  for (const { 0: char } of casedText.matchAll(new RegExp(`[${source}]`, 'giu'))) {
    found.push(char.codePointAt(0)!, char.codePointAt(0)!)
  }
  return normalize([...set, ...found])
}

export const isAscii = (set: Ranges) => set.length === 0 || set[set.length - 1]! <= ASCII_MAX

export const negateUnicode = (set: Ranges) => negate(set, CODEPOINT_MAX)
