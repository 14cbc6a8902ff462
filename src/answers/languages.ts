import { Recent } from '../recent.ts'
import type { CatalogueEntry } from './catalogue.ts'
import de from './languages/de.json' with { type: 'json' }
import es from './languages/es.json' with { type: 'json' }
import fr from './languages/fr.json' with { type: 'json' }
import ja from './languages/ja.json' with { type: 'json' }
import pt from './languages/pt.json' with { type: 'json' }
import zh from './languages/zh.json' with { type: 'json' }
import { weightOf } from './negotiate.ts'
import type { Phrases, Texts } from './phrases.ts'
import { ENGLISH } from './phrases.ts'

interface Language {
  readonly phrases: Phrases
  /** By the English sentence: codes share many, and one that changes there is missed here. */
  readonly sentences: Readonly<Record<string, string>>
}

/** What there is besides English, which needs no table. */
const LANGUAGES: ReadonlyMap<string, Language> = new Map(
  Object.entries({ de, es, fr, ja, pt, zh } satisfies Record<string, Language>)
)

export const ENGLISH_CODE = 'en'
export const LANGUAGE_CODES: readonly string[] = [ENGLISH_CODE, ...LANGUAGES.keys()]

/** More than any client sends; what stands behind it is not read. */
const MAX_CHARS = 1_024
const MAX_RANGES = 32
const MAX_PARAMETERS = 8
/** Where Chinese without a script is written in traditional characters. */
const TRADITIONAL_REGIONS = new Set(['tw', 'hk', 'mo'])

/** Traditional Chinese is no dialect of the simplified that there is: who asks for it alone gets English. */
const isTraditional = (subtags: readonly string[]): boolean =>
  !subtags.includes('hans') &&
  (subtags.includes('hant') || subtags.some((subtag) => TRADITIONAL_REGIONS.has(subtag)))

/** Which of ours a language range stands for, its regions left aside: `pt-BR` is `pt`. */
const ownLanguage = (range: string): string | undefined => {
  const [language = '', ...subtags] = range.split('-')
  if (language === 'zh' && isTraditional(subtags)) return undefined
  return language === ENGLISH_CODE || LANGUAGES.has(language) ? language : undefined
}

const mostWanted = (acceptLanguage: string): string => {
  const ranges = acceptLanguage
    .slice(0, MAX_CHARS)
    .split(',', MAX_RANGES)
    .map((part) => {
      const [name = '', ...parameters] = part.split(';', 1 + MAX_PARAMETERS)
      const range = name.trim().toLowerCase()
      return { range, language: ownLanguage(range), weight: weightOf(parameters) }
    })
  // The wildcard stands for what is not listed: it says nothing of English where English says it itself.
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

/** Clients of one kind send the same few values: what they come to is remembered. */
const remembered = new Recent<string>()

/**
 * Which of our languages a visitor likes best: by weight, the first listed among equals; a region's language is the
 * language's own. English where none fits, and for the wildcard. Never throws, and reads no more of a header than its
 * first 1,024 characters.
 *
 * @param acceptLanguage header value as received
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
 * @see https://www.rfc-editor.org/rfc/rfc4647#section-3.4
 * @example preferredLanguage('pt-BR, en;q=0.8') // 'pt'
 */
export const preferredLanguage = (acceptLanguage: string | undefined): string =>
  acceptLanguage === undefined ? ENGLISH_CODE : remembered.get(acceptLanguage, mostWanted)

/**
 * Our own sentences about a code. A language that there is not is English.
 *
 * @param language as `preferredLanguage` names it
 * @example languageOf('de', catalogue.get(1020)!).phrases.copied // 'Kopiert'
 */
export const languageOf = (
  language: string,
  entry: CatalogueEntry
): { phrases: Phrases; texts: Texts } => {
  const found = LANGUAGES.get(language)
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
}
