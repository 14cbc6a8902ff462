import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import type { TextTest } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

const BROWSERS =
  /^(?:chrome|chromium|firefox|crios|fxios|edg|edge|edga|edgios|opr|opera|safari|version|headlesschrome|samsungbrowser|ucbrowser|yabrowser|vivaldi|msie|electron)$/i
/** Prefixes of three-digit browser versions, 100 to 199. */
const BEGINS_THREE_DIGITS = /^1\d$/

interface Prefix {
  readonly test: TextTest
  readonly text: string
  readonly name: string
  readonly version: string
}

/**
 * Returns the version prefix at the end of the text: `Chrome/10`, or `*chrome/10*` in a wildcard.
 */
const prefixOf = (test: TextTest): Prefix[] => {
  const { field, kind } = test
  const isWildcard = kind === 'wildcard' || kind === 'strict wildcard'
  if (field !== 'http.user_agent' || !(isWildcard || kind === 'contains')) return []
  if (isWildcard && !test.text.endsWith('*')) return []
  const text = isWildcard ? test.text.replace(/^\*|\*$/g, '') : test.text
  const [, name = '', version = ''] = /(\w+)[/ ](\d{1,2})$/.exec(text) ?? []
  const isShared = version.length === 1 || BEGINS_THREE_DIGITS.test(version)
  return BROWSERS.test(name) && isShared ? [{ test, text, name, version }] : []
}

export const versionPrefix: Lint = {
  code: 'version_prefix',
  severity: 'warning',
  title: 'an incomplete version number',
  explanation:
    '`http.user_agent contains "Chrome/10"` is also true for Chrome 100 to 109. End the version with the dot that follows it.',
  bad: [
    'http.user_agent contains "Chrome/10"',
    'lower(http.user_agent) contains "firefox/14"',
    'http.user_agent contains "MSIE 1"',
    'http.user_agent wildcard "*firefox/10*"',
  ],
  good: [
    'http.user_agent contains "Chrome/10."',
    'http.user_agent contains "Chrome/109"',
    'http.user_agent contains "python-requests/2"',
    'http.user_agent contains "Chrome/"',
    'http.user_agent contains "Chrome/58"',
    'http.user_agent contains "Chrome/5" or http.user_agent contains "Chrome/6"',
    'http.user_agent wildcard "*firefox/10.*"',
  ],
  expression: (written, report) => {
    const prefixes = testsOf(written).flatMap(prefixOf)
    for (const { test, text, name, version } of prefixes) {
      const isDigit = version.length === 1
      const digits = prefixes.filter((one) => one.name === name && one.version.length === 1)
      // An expression that lists several digits means the tens.
      if (isDigit && digits.length > 1) continue
      const isWildcard = test.kind !== 'contains'
      report({
        part: test.part,
        message: `${inBackticks(text)} also matches ${inBackticks(`${text}0`)} to ${inBackticks(`${text}9`)}`,
        help: `to match only version ${version}, write ${inBackticks(isWildcard ? `*${text}.*` : `${text}.`)}`,
      })
    }
  },
}
