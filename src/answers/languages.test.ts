import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Generation, RefusalFacts } from './answer.ts'
import { catalogue } from './catalogue.ts'
import { createAnswers } from './create.ts'
import { languages } from './languages/all.ts'
import type { Language } from './languages.ts'
import { createTranslator, LANGUAGE_CODES } from './languages.ts'
import { ENGLISH } from './phrases.ts'

const CODES = ['de', 'es', 'fr', 'ja', 'pt', 'zh'] as const
const FILES = languages as Record<(typeof CODES)[number], Language>
const { preferred: preferredLanguage, of: languageOf } = createTranslator(languages)
/** Of the page; we have Chinese in simplified characters only. */
const TAGS = { de: 'de', es: 'es', fr: 'fr', ja: 'ja', pt: 'pt', zh: 'zh-Hans' }
const ENTRIES = [...catalogue.values()]
const SENTENCES = [
  ...new Set(ENTRIES.flatMap(({ happened, visitor, owner }) => [happened, ...visitor, owner])),
]

/** English and translated, of everything but the language's name. */
const pairsOf = (code: keyof typeof FILES): (readonly [english: string, translated: string])[] => {
  const { phrases, sentences } = FILES[code]
  const { language: _, ...english } = ENGLISH
  return [
    ...Object.entries(english).map(
      ([name, text]) => [text, phrases[name as keyof typeof phrases]] as const
    ),
    ...Object.entries(sentences),
  ]
}

const SLOT_OR_TAG = /\{\{\w+\}\}|<[^>]*>/g
const ENGLISH_WORD =
  /(?<![\p{L}’])(?:the|your|this|that|which|with|from|not|owner|request)(?!\p{L})/iu
/** Names that are the same everywhere. */
const LATIN_NAME =
  /^(?:VPN|Cookie|Wi-Fi|Ray|ID|IP|DNS|FIPS|HTTP|TLS|Referer|edge1020|Cloudflare|\d+)$/
const LATIN_WORD = /[A-Za-z0-9][\w-]*/g
const HAN = /\p{Script=Han}/u
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u

describe.each(CODES)('%s', (code) => {
  const pairs = pairsOf(code)

  test('has every sentence of the catalogue, and none that is not there', () => {
    expect(Object.keys(FILES[code].sentences).sort()).toEqual([...SENTENCES].sort())
  })

  test('has every phrase', () => {
    expect(Object.keys(FILES[code].phrases)).toEqual(Object.keys(ENGLISH))
    expect(FILES[code].phrases.language).toBe(TAGS[code])
  })

  test('leaves nothing in English, empty, or said twice', () => {
    for (const [english, translated] of pairs) {
      expect(translated).not.toBe(english)
      expect(translated.trim()).toBe(translated)
      expect(translated).not.toBe('')
    }
    expect(new Set(pairs.map(([, translated]) => translated)).size).toBe(pairs.length)
  })

  test('keeps slots and tags, and has no other markup', () => {
    for (const [english, translated] of pairs) {
      expect(translated.match(SLOT_OR_TAG)).toEqual(english.match(SLOT_OR_TAG))
      expect(translated.replace(SLOT_OR_TAG, '')).not.toMatch(/[<>&"{}\p{Cc}]|::/u)
      expect(translated.match(/<[^>]*>/g) ?? []).toSatisfy((tags: string[]) =>
        tags.every((tag) => tag === '<strong>' || tag === '</strong>')
      )
    }
  })

  test('ends sentences where English does', () => {
    const end = (text: string) => /[.。:：]$/.test(text)
    for (const [english, translated] of pairs) {
      expect([translated, end(translated)]).toEqual([translated, end(english)])
    }
  })
})

test.each(['de', 'es', 'fr', 'pt'] as const)('%s has no English words', (code) => {
  for (const [, translated] of pairsOf(code)) expect(translated).not.toMatch(ENGLISH_WORD)
})

test.each(['ja', 'zh'] as const)('%s has no Latin words but names', (code) => {
  for (const [, translated] of pairsOf(code)) {
    const words = translated.replace(SLOT_OR_TAG, '').match(LATIN_WORD) ?? []
    expect(words.filter((word) => !LATIN_NAME.test(word))).toEqual([])
  }
})

test('Japanese is written with kana, Chinese without', () => {
  for (const [, translated] of pairsOf('ja')) expect(translated).toMatch(KANA)
  for (const [, translated] of pairsOf('zh')) {
    expect(translated).toMatch(HAN)
    expect(translated).not.toMatch(KANA)
  }
})

test('each code has its table', () => {
  expect(Object.keys(languages).sort()).toEqual([...CODES])
  expect([...LANGUAGE_CODES].sort()).toEqual([...CODES, 'en'].sort())
})

describe('preferredLanguage', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['DE', 'de'],
    ['de-DE,de;q=0.9,en;q=0.8', 'de'],
    ['en-US,en;q=0.9,de;q=0.8', 'en'],
    ['pt-BR', 'pt'],
    ['pt-PT,pt;q=0.9', 'pt'],
    ['es-419', 'es'],
    ['de-CH-1996', 'de'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
    // The order decides only where weights do not.
    ['en;q=0.5, ja;q=0.9', 'ja'],
    ['en, ja', 'en'],
    ['ja, en', 'ja'],
    ['fr;q=0.5, es;q=0.5', 'fr'],
    // Spaces, empty members, other parameters, a capital Q.
    [' ja ; q = 1 ,, en ', 'ja'],
    ['en;x=1;q=0.1, de;Q=0.2', 'de'],
    ['en;q=0.1, de;q=.2', 'de'],
    // What is not spoken here is passed over.
    ['sv, nb;q=0.9, de;q=0.1', 'de'],
    ['sv', 'en'],
    ['deu', 'en'],
    ['d', 'en'],
    ['-de', 'en'],
    // Not wanted.
    ['de;q=0', 'en'],
    ['de;q=0, fr;q=0.1', 'fr'],
    ['de;q=0.0, *', 'en'],
    // The wildcard is English, where English does not speak for itself.
    ['*', 'en'],
    ['*, de;q=0.5', 'en'],
    ['de, *;q=0.5', 'de'],
    ['de;q=0.3, en;q=0, *;q=0.8', 'de'],
    ['en;q=0.2, de;q=0.5, *;q=0.9', 'de'],
    ['en;q=0', 'en'],
    // A weight that is none counts as 1, one above 1 as well.
    ['en;q=0.9, de;q=high', 'de'],
    ['en;q=0.9, de;q=', 'de'],
    ['en, de;q=7', 'en'],
    ['en, de;q=Infinity', 'en'],
    ['en;q=0.9, de;q=-1', 'de'],
    // Chinese: simplified only; a plain zh behind a traditional one is a wish of its own.
    ['zh', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['zh-SG', 'zh'],
    ['zh-Hans', 'zh'],
    ['zh-Hans-HK', 'zh'],
    ['zh-TW', 'en'],
    ['zh-HK', 'en'],
    ['zh-MO', 'en'],
    ['zh-Hant', 'en'],
    ['zh-Hant-CN', 'en'],
    ['zh-TW, ja;q=0.5', 'ja'],
    ['zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7', 'zh'],
    ['zh-TW,en;q=0.9', 'en'],
    // Names that objects have of themselves.
    ['constructor', 'en'],
    ['__proto__, toString', 'en'],
  ])('%j is %s', (header, expected) => {
    expect(preferredLanguage(header)).toBe(expected)
    // The second time it is remembered.
    expect(preferredLanguage(header)).toBe(expected)
  })

  test('whatever is sent, it is one of ours', () => {
    const ours = ['en', ...CODES]
    const word = fc.constantFrom('de', 'zh', 'TW', '*', '-', ';', 'q', '=', ',', '0', '.', ' ', '1')
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map((words) => words.join(''))
    )
    fc.assert(fc.property(header, (text) => ours.includes(preferredLanguage(text))))
  })

  test.each([
    ['a'.repeat(65_536), 'en'],
    [','.repeat(65_536), 'en'],
    [';'.repeat(65_536), 'en'],
    ['-'.repeat(65_536), 'en'],
    [`zh${'-x'.repeat(32_767)}`, 'zh'],
    [`de;q=0.${'1'.repeat(65_536)}`, 'de'],
    [`${'de;q=0.1,'.repeat(8_000)}fr`, 'de'],
  ])('reads the beginning of 64 KB of %#', (header, expected) => {
    expect(preferredLanguage(header)).toBe(expected)
  })

  test('many different headers are told apart', () => {
    for (let i = 0; i < 2_000; i++) {
      const code = CODES[i % CODES.length]!
      expect(preferredLanguage(`${code};x=${i}`)).toBe(code)
    }
    expect(preferredLanguage('de;x=0')).toBe('de')
  })
})

describe('languageOf', () => {
  const entry = catalogue.get(1020)!

  test('translates what a code says', () => {
    const { phrases, texts } = languageOf('de', entry)
    expect(phrases.tryTitle).toBe('Was Sie versuchen können, das Einfachste zuerst')
    expect(texts.happened).toMatch(/^Ihre Anfrage passt zu einer Regel/)
    expect(texts.visitor).toHaveLength(entry.visitor.length)
    expect(texts.owner).toMatch(/^Nur der Betreiber kann die Regel ändern\./)
  })

  test.each(['en', 'sv', '', 'constructor', '__proto__'])('%j is English', (language) => {
    expect(languageOf(language, entry)).toEqual({ phrases: ENGLISH, texts: entry })
  })
})

describe('pages', () => {
  const GENERATIONS = ['g1', 'g2', 'g3', 'waf', 'union'] as const
  const MAX_BYTES = 20 * 1_024
  const HOST = 'shop.example.com'
  const ROOT = /<html lang="([^"]+)"/
  const translating = createAnswers({
    languages,
    contact: 'https://shop.example/?::RAY_ID::',
  })
  const english = createAnswers({ contact: 'https://shop.example/?::RAY_ID::' })

  const facts = (code: number, generation: Generation, acceptLanguage?: string): RefusalFacts => ({
    code,
    ray: '9c3a1f0e2b7d4815',
    colo: 'LHR',
    timeMs: Date.UTC(2026, 10, 23, 5, 30, 7),
    host: HOST,
    ip: '198.51.100.23',
    country: 'DE',
    asn: 3320,
    method: 'GET',
    accept: 'text/html',
    acceptEncoding: 'gzip',
    acceptLanguage,
    page: { generation },
  })
  const page = (answers: typeof english, ...wanted: Parameters<typeof facts>): string =>
    String(answers.refuse(facts(...wanted)).body)

  const filled = (text: string) => text.replaceAll('{{host}}', HOST)

  /** Longest first: some sentences begin like others. */
  const backToEnglish = (html: string, code: keyof typeof FILES): string =>
    pairsOf(code)
      .map(([from, to]) => [filled(from), filled(to)] as const)
      .sort(([, x], [, y]) => y.length - x.length)
      .reduce((text, [from, to]) => text.replaceAll(to, () => from), html)
      .replace(ROOT, '<html lang="en"')

  /** Within the page; English ones need no mark. */
  const unmarked = (html: string) => html.replaceAll(/(?<!<html) lang="en"/g, '')

  describe.each(CODES)('in %s', (code) => {
    const sentences: Record<string, string> = FILES[code].sentences
    test.each(GENERATIONS)('of %s hold its sentences, and all else as in English', (generation) => {
      for (const entry of ENTRIES) {
        const html = page(translating, entry.code, generation, code)
        expect(ROOT.exec(html)?.[1]).toBe(TAGS[code])
        for (const sentence of [entry.happened, ...entry.visitor, entry.owner]) {
          expect(html).toContain(sentences[sentence])
        }
        expect(new TextEncoder().encode(html).length).toBeLessThan(MAX_BYTES)
        // Marks of every generation are among what stays: pages.test.ts knows them.
        expect(unmarked(backToEnglish(html, code))).toBe(
          unmarked(page(english, entry.code, generation))
        )
      }
    })
  })

  test('length is said in bytes', () => {
    const { headers, body } = translating.refuse(facts(1020, 'g3', 'ja'))
    const bytes = new TextEncoder().encode(String(body)).length
    expect(bytes).toBeGreaterThan(String(body).length)
    expect(headers['Content-Length']).toBe(String(bytes))
  })

  test.each([
    [1006, 'g1', '<p lang="en">The owner of this website (shop.example.com) has banned your IP'],
    [1006, 'g2', '<p lang="en">The owner of this website (shop.example.com) has banned your IP'],
    [1006, 'union', '<p lang="en">The owner of this website (shop.example.com) has banned your IP'],
    [1020, 'g3', '<p lang="en">The site owner may have set restrictions'],
    [1020, 'waf', '<h2 data-translate="blocked_why_headline" lang="en">'],
  ] as const)('%i of %s says that its marks are English', (code, generation, mark) => {
    expect(page(translating, code, generation, 'de')).toContain(mark)
  })

  test('are English unless languages are wanted', () => {
    expect(page(english, 1020, 'g3', 'de')).toBe(page(english, 1020, 'g3'))
    expect(page(translating, 1020, 'g3', 'sv')).toBe(page(english, 1020, 'g3'))
    expect(page(translating, 1020, 'g3')).toBe(page(english, 1020, 'g3'))
  })

  test.each(['text', 'json', 'problem', 'markdown'] as const)('%s stays English', (dialect) => {
    const wanted = { ...facts(1020, 'g3', 'de'), dialect }
    expect(translating.refuse(wanted).body).toBe(english.refuse(wanted).body)
  })
})
