import { Recent } from '../recent.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { weightOf } from './negotiate.ts'
import type { Phrases, Texts } from './phrases.ts'
import { ENGLISH } from './phrases.ts'

/** Our own sentences in one language. */
export interface Language {
  readonly phrases: Phrases
  /** By the English sentence. Codes share many sentences; a changed English sentence has no translation here. */
  readonly sentences: Readonly<Record<string, string>>
}

/** Languages by their codes, without English, which needs no table. */
export type Languages = Readonly<Record<string, Language>>

export const ENGLISH_CODE = 'en'
/** Codes of all languages with a table; `languages/all.ts` contains the tables. */
export const LANGUAGE_CODES = [ENGLISH_CODE, 'de', 'es', 'fr', 'ja', 'pt', 'zh'] as const

/** More than any client sends. The rest is not read. */
const MAX_CHARS = 1_024
const MAX_RANGES = 32
const MAX_PARAMETERS = 8
/** Regions that write Chinese in traditional characters. */
const TRADITIONAL_REGIONS = new Set(['tw', 'hk', 'mo'])

/** Traditional Chinese is not a dialect of the available simplified Chinese: a visitor who accepts only it gets English. */
const isTraditional = (subtags: readonly string[]): boolean =>
  !subtags.includes('hans') &&
  (subtags.includes('hant') || subtags.some((subtag) => TRADITIONAL_REGIONS.has(subtag)))

/** The language of a range without its regions: `pt-BR` is `pt`. */
const ownLanguage = (range: string, tables: ReadonlyMap<string, Language>): string | undefined => {
  const [language = '', ...subtags] = range.split('-')
  if (language === 'zh' && isTraditional(subtags)) return undefined
  return language === ENGLISH_CODE || tables.has(language) ? language : undefined
}

const mostWanted = (acceptLanguage: string, tables: ReadonlyMap<string, Language>): string => {
  const ranges = acceptLanguage
    .slice(0, MAX_CHARS)
    .split(',', MAX_RANGES)
    .map((part) => {
      const [name = '', ...parameters] = part.split(';', 1 + MAX_PARAMETERS)
      const range = name.trim().toLowerCase()
      return { range, language: ownLanguage(range, tables), weight: weightOf(parameters) }
    })
  // The wildcard stands for unlisted languages: it does not stand for English if the header lists English.
  const any = ranges.some(({ language }) => language === ENGLISH_CODE) ? undefined : ENGLISH_CODE
  let best = ENGLISH_CODE
  let bestWeight = 0
  for (const { range, language = range === '*' ? any : undefined, weight } of ranges) {
    if (language === undefined || weight <= bestWeight) continue
    best = language
    bestWeight = weight
  }
  return best
}

/** Chooses a language and translates. */
export interface Translator {
  /**
   * The visitor's preferred language: by weight, the first listed among equals; a region counts as its language. English if
   * none fits, and for the wildcard. Never throws, and reads only the first 1,024 characters of a header.
   *
   * @param acceptLanguage header value as received
   * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
   * @see https://www.rfc-editor.org/rfc/rfc4647#section-3.4
   * @example translator.preferred('pt-BR, en;q=0.8') // 'pt'
   */
  preferred(acceptLanguage: string | undefined): string
  /**
   * Our own sentences about a code. An unknown language gives English.
   *
   * @param language a name from `preferred`
   * @example translator.of('de', catalogue.get(1020)!).phrases.copied // 'Kopiert'
   */
  of(language: string, entry: CatalogueEntry): { phrases: Phrases; texts: Texts }
}

/** @param languages without English, in the form of `languages/all.ts` */
export const createTranslator = (languages: Languages): Translator => {
  const tables = new Map(Object.entries(languages))
  /** Clients of one kind send the same few values, so the choice is cached. */
  const remembered = new Recent<string>()
  const choose = (acceptLanguage: string) => mostWanted(acceptLanguage, tables)
  return {
    preferred: (acceptLanguage) =>
      acceptLanguage === undefined ? ENGLISH_CODE : remembered.get(acceptLanguage, choose),
    of: (language, entry) => {
      const found = tables.get(language)
      if (found === undefined) return { phrases: ENGLISH, texts: entry }
      const { phrases, sentences } = found
      const translate = (sentence: string): string => sentences[sentence] ?? sentence
      return {
        phrases,
        texts: {
          happened: translate(entry.happened),
          visitor: entry.visitor.map(translate),
          owner: translate(entry.owner),
        },
      }
    },
  }
}
