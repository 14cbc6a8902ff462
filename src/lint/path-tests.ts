import type { TextTest } from './text-tests.ts'
import { isWhole } from './text-tests.ts'

export const PATHS: ReadonlySet<string> = new Set([
  'http.request.uri.path',
  'raw.http.request.uri.path',
])
export const URIS: ReadonlySet<string> = new Set(['http.request.uri', 'raw.http.request.uri'])
/** Functions that preserve prefixes and add no `?`. */
const HARMLESS: ReadonlySet<string> = new Set(['lower', 'upper'])

export const isPlain = ({ through }: TextTest): boolean =>
  through.every((name) => HARMLESS.has(name))

/**
 * Returns the literal text at the start of the value; `undefined` for kinds that do not fix the start.
 */
export const headOf = (test: TextTest): string | undefined => {
  const { kind, text } = test
  if (isWhole(test) || kind === 'starts_with') return text
  if (kind === 'wildcard' || kind === 'strict wildcard') {
    return text.startsWith('*') ? undefined : text
  }
  return undefined
}
