import { toBytes, toText } from '../../language/bytes.ts'
import { normalizePath } from '../../request/normalize.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import type { TextTest } from '../text-tests.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

/**
 * Patterns that no normalized path contains. `exact`: the other case of these letters is possible.
 */
const NEVER: readonly { pattern: RegExp; what: string; exact?: boolean; noWildcard?: boolean }[] = [
  { pattern: /\/\//, what: '`//`: consecutive slashes become one' },
  { pattern: /\/\.\.?(?:\/|$)/, what: 'dot segments: they are resolved' },
  // In a wildcard, a backslash begins an escape.
  { pattern: /\\/, what: '`\\`: it becomes `/`', noWildcard: true },
  {
    pattern: /%(?:2[dDeE]|3\d|[46][1-9a-fA-F]|[57][0-9aA]|5[fF]|7[eE])/,
    what: 'this escape: it is decoded',
  },
  {
    pattern: /%(?:[a-f][\da-fA-F]|[\dA-F][a-f])/,
    what: 'lower-case escapes: they become upper case',
    exact: true,
  },
  { pattern: /[^!-~]/, what: 'characters that clients escape' },
]

const PARTS: ReadonlySet<TextTest['kind']> = new Set([
  'contains',
  'starts_with',
  'ends_with',
  'wildcard',
  'strict wildcard',
])

const neverIn = ({ kind, text, through }: TextTest) => {
  const isWildcard = kind === 'wildcard' || kind === 'strict wildcard'
  const foldsCase = kind === 'wildcard' || through.length > 0
  // The text may continue after `/..`: `/..foo`.
  const mayGoOn = kind !== 'ends_with' && !(isWildcard && !text.endsWith('*'))
  return NEVER.find(({ pattern, exact, noWildcard }) => {
    if ((exact && foldsCase) || (noWildcard && isWildcard)) return false
    const found = pattern.exec(text)
    return found !== null && !(mayGoOn && /^\/\.\.?$/.test(found[0]))
  })
}

/** A search for path traversal, which is deliberate. */
const TRAVERSAL = /^(?:\.\.\/?)+$/

/** Functions that do not repair a path. */
const KEEPS: ReadonlySet<string> = new Set(['lower', 'upper'])

export const pathNotNormalized: Lint = {
  code: 'path_not_normalized',
  severity: 'error',
  title: 'a path that normalization changes',
  explanation:
    'Cloudflare normalizes `http.request.uri.path` before rules read it, unless the zone turns this off: `//` becomes `/`, `/a/../b` becomes `/b`,\n' +
    '`%77` becomes `w`, `%c3` becomes `%C3`, and some characters become escapes. A text that normalization would change never matches. To match\n' +
    'the path as the client sends it, use `raw.http.request.uri.path`. `--fix` writes the normalized path if the expression compares the whole\n' +
    'path.',
  bad: [
    'http.request.uri.path eq "//admin"',
    'http.request.uri.path contains "/../"',
    'http.request.uri.path contains "../"',
    'http.request.uri.path contains ".."',
    'http.request.uri.path eq "/%77p-login.php"',
    'http.request.uri.path contains "%c3%a9"',
    'starts_with(http.request.uri.path, "/café")',
    'lower(http.request.uri.path) contains "//"',
    'http.request.uri.path wildcard "/a//*"',
    'lower(http.request.uri.path) in {"/a/../b"}',
  ],
  good: [
    'raw.http.request.uri.path contains "/../"',
    'http.request.uri.path contains "/..."',
    'http.request.uri.path eq "/caf%C3%A9"',
    'http.request.uri.path contains "%20"',
    'lower(http.request.uri.path) contains "%c3%a9"',
    'http.request.uri.path wildcard "/caf%c3%a9/*"',
    'http.request.uri.path strict wildcard r"/a\\*b"',
    'http.request.uri.path wildcard "/.*"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { kind, field, text, part, through, inner } = test
      if (field !== 'http.request.uri.path' || kind === 'matches' || /[?#]/.test(text)) continue
      if (!through.every((name) => KEEPS.has(name))) continue
      if (isWhole(test) && through.length === 0 && text.startsWith('/')) {
        const normalized = toText(normalizePath(toBytes(text)))
        if (normalized === text) continue
        report({
          part,
          message: `no rule sees the path ${inBackticks(text)}: Cloudflare normalizes paths first`,
          help: `write ${inBackticks(normalized)}, or compare \`raw.http.request.uri.path\``,
          ...(inner === undefined || /["\\]/.test(normalized)
            ? {}
            : { replacements: [{ text: normalized, at: inner }] }),
        })
        continue
      }
      if (kind === 'contains' && TRAVERSAL.test(text)) {
        report({
          part,
          severity: 'warning',
          message: 'dot segments are already resolved: this matches only names such as `/a../b`',
          help: 'to find `/../`, write `raw.http.request.uri.path`',
        })
        continue
      }
      const found = isWhole(test) || PARTS.has(kind) ? neverIn(test) : undefined
      if (found === undefined) continue
      report({
        part,
        message: `no normalized path contains ${found.what}`,
        help: 'to compare the path as sent, write `raw.http.request.uri.path`',
      })
    }
  },
}
