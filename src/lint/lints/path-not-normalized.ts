import { toBytes, toText } from '../../language/bytes.ts'
import { normalizePath } from '../../request/normalize.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

/** What no normalized path holds anywhere. */
const NEVER = [
  { pattern: /\/\//, what: '`//`: runs of slashes are one' },
  { pattern: /\/\.\.?(?:\/|$)/, what: 'segments of dots: they are resolved' },
  { pattern: /\\/, what: '`\\`: it becomes `/`' },
  {
    pattern: /%(?:2[dDeE]|3\d|[46][1-9a-fA-F]|[57][0-9aA]|5[fF]|7[eE])/,
    what: 'this escape: it is decoded',
  },
  {
    pattern: /%(?:[a-f][\da-fA-F]|[\dA-F][a-f])/,
    what: 'escapes with small digits: they are in capitals',
  },
  { pattern: /[^!-~]/, what: 'characters that clients escape' },
] as const

const neverIn = (text: string, isInside: boolean) =>
  NEVER.find(({ pattern }) => {
    const found = pattern.exec(text)
    if (found === null) return false
    // `/..` at the end of a part may go on: `/..foo`.
    return !isInside || !/^\/\.\.?$/.test(found[0])
  })

export const pathNotNormalized: Lint = {
  code: 'path_not_normalized',
  severity: 'error',
  title: 'a path as no rule ever sees it',
  explanation:
    'Before rules read `http.request.uri.path`, Cloudflare normalizes it, unless the zone turns that off: `//` becomes `/`, `/a/../b` becomes `/b`, `%77` becomes `w`, `%c3`\n' +
    'becomes `%C3`, and other characters are escaped. A text that normalization changes matches no request. To look for the forms that a\n' +
    'client sends use `raw.http.request.uri.path`. `--fix` writes the normalized path where the whole path is compared.',
  bad: [
    'http.request.uri.path eq "//admin"',
    'http.request.uri.path contains "/../"',
    'http.request.uri.path eq "/%77p-login.php"',
    'http.request.uri.path contains "%c3%a9"',
    'starts_with(http.request.uri.path, "/café")',
  ],
  good: [
    'raw.http.request.uri.path contains "/../"',
    'http.request.uri.path contains "/..."',
    'http.request.uri.path eq "/caf%C3%A9"',
    'http.request.uri.path contains "%20"',
    'lower(http.request.uri.path) contains "%c3%a9"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { kind, field, text, part, through, inner } = test
      if (field !== 'http.request.uri.path' || kind === 'matches' || /[?#]/.test(text)) continue
      if (through.length > 0) continue
      const whole = isWhole(test)
      if (whole && text.startsWith('/')) {
        const normalized = toText(normalizePath(toBytes(text)))
        if (normalized === text) continue
        report({
          part,
          message: `no rule sees the path ${inBackticks(text)}: paths are normalized before`,
          help: `write ${inBackticks(normalized)}, or compare \`raw.http.request.uri.path\``,
          ...(inner === undefined || /["\\]/.test(normalized)
            ? {}
            : { replacements: [{ text: normalized, at: inner }] }),
        })
        continue
      }
      if (!['contains', 'starts_with', 'ends_with'].includes(kind)) continue
      const found = neverIn(text, kind !== 'ends_with')
      if (found === undefined) continue
      report({
        part,
        message: `no normalized path holds ${found.what}`,
        help: 'for what the client sends write `raw.http.request.uri.path`',
      })
    }
  },
}
