import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

/**
 * Texts that guides tell their readers to replace. Angle brackets need capitals: `<script>` is a plausible search.
 */
const PLACEHOLDER =
  /^<[A-Z][A-Z\d_ -]*>$|\$\{?[A-Z][A-Z\d_]+\}?|\{\{.+\}\}|\b(?:YOUR|MY|INSERT|REPLACE|CHANGE)_(?:[A-Z\d]+_?)+\b|\byour-?(?:own-?)?(?:domain|site|website|token|secret|host|api-?key|ip)(?:[-_]?here)?\b/

export const placeholderIn = (text: string): string | undefined => PLACEHOLDER.exec(text)?.[0]

export const placeholder: Lint = {
  code: 'placeholder',
  severity: 'warning',
  title: 'a placeholder',
  explanation:
    'Guides write `<TOKEN>` or `yourdomain.com` in place of the reader’s own value. A rule that still contains the placeholder matches only\n' +
    'clients that send this text: the condition is never true, or with `ne` always.',
  bad: [
    'any(http.request.headers["x-token"][*] eq "<TOKEN>")',
    'http.host eq "yourdomain.com"',
    'not http.referer contains "your-domain.com"',
    'any(http.request.headers["x-key"][*] eq "YOUR_API_KEY")',
    'http.host eq "$SITE_DOMAIN"',
  ],
  good: [
    'http.request.uri.path contains "<script>"',
    'http.host eq "example.com"',
    'http.request.uri.path eq "/your-account"',
  ],
  expression: (written, report) => {
    for (const { kind, text, part } of testsOf(written)) {
      if (kind === 'matches') continue
      const found = placeholderIn(text)
      if (found === undefined) continue
      report({
        part,
        message: `${inBackticks(found)} looks like a placeholder`,
        help: 'replace it with your own value',
      })
    }
  },
}
