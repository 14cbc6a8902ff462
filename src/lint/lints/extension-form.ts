import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

export const extensionForm: Lint = {
  code: 'extension_form',
  severity: 'error',
  title: 'a file extension with a dot or capital letters',
  explanation:
    '`http.request.uri.path.extension` is the text after the last dot of the path, in lower case: `zip`, not `.zip` or `ZIP`. `--fix` corrects the\n' +
    'text.',
  bad: [
    'http.request.uri.path.extension eq ".zip"',
    'http.request.uri.path.extension in {"php" "ASP"}',
  ],
  good: [
    'http.request.uri.path.extension in {"php" "zip"}',
    'http.request.uri.path.extension eq ""',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { text, part, inner } = test
      if (test.field !== 'http.request.uri.path.extension' || test.through.length > 0) continue
      if (!isWhole(test) || !/^\.|[A-Z]/.test(text)) continue
      const form = text.replace(/^\.+/, '').toLowerCase()
      report({
        part,
        message: `no extension equals ${inBackticks(text)}: extensions have no dot and no capital letters`,
        help: `write ${inBackticks(form)}`,
        ...(inner === undefined ? {} : { replacements: [{ text: form, at: inner }] }),
      })
    }
  },
}
