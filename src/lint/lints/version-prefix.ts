import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

export const versionPrefix: Lint = {
  code: 'version_prefix',
  severity: 'warning',
  title: 'the beginning of a version that longer versions share',
  explanation:
    '`http.user_agent contains "Chrome/10"` is also true of Chrome 100 to 109, which is most browsers. End the version with the dot that\n' +
    'comes behind it.',
  bad: [
    'http.user_agent contains "Chrome/10"',
    'lower(http.user_agent) contains "firefox/5"',
    'http.user_agent contains "MSIE 1"',
  ],
  good: [
    'http.user_agent contains "Chrome/10."',
    'http.user_agent contains "Chrome/109"',
    'http.user_agent contains "python-requests/2"',
    'http.user_agent contains "Chrome/"',
  ],
  expression: (written, report) => {
    for (const { field, kind, text, part } of testsOf(written)) {
      if (field !== 'http.user_agent' || kind !== 'contains') continue
      const [, name, version] = /(\w+)[/ ](\d{1,2})$/.exec(text) ?? []
      if (
        version === undefined ||
        !/^(?:chrome|chromium|firefox|crios|fxios|edg|edge|edga|edgios|opr|opera|safari|version|headlesschrome|samsungbrowser|ucbrowser|yabrowser|vivaldi|msie|electron)$/i.test(
          name ?? ''
        )
      )
        continue
      report({
        part,
        message: `${inBackticks(text)} is in ${inBackticks(`${text}0`)} to ${inBackticks(`${text}9`)}, too`,
        help: `for version ${version} alone write ${inBackticks(`${text}.`)}`,
      })
    }
  },
}
