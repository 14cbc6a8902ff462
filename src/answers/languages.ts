import type { CatalogueEntry } from './catalogue.ts'
import type { Phrases, Texts } from './phrases.ts'
import { ENGLISH } from './phrases.ts'

export const ENGLISH_CODE = 'en'

export const preferredLanguage = (_acceptLanguage: string | undefined): string => ENGLISH_CODE

export const languageOf = (
  _language: string,
  entry: CatalogueEntry
): { phrases: Phrases; texts: Texts } => ({
  phrases: ENGLISH,
  texts: entry,
})
