import { compileWithLookups } from './compile/rule-lookups.ts'
import { findInJson, unescapeJson } from './functions/json-text.ts'
import { sha256 } from './functions/sha256.ts'
import { tokenCheck } from './functions/tokens.ts'
import { decoder } from './functions/url-decoder.ts'
import { createMatcher } from './regex/matcher.ts'

export const allEngines = {
  compileWithLookups,
  createMatcher,
  decoder,
  findInJson,
  sha256,
  tokenCheck,
  unescapeJson,
}
