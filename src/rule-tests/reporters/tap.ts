import type { Reporter } from './report.ts'

/** TAP 14 reads `#` as a directive, and `\` as an escape. */
const escaped = (text: string) => text.replace(/[\\#]/g, '\\$&').replace(/\s+/g, ' ')

/** A YAML block of one text per line. */
const block = (lines: readonly string[]) => [
  '  ---',
  '  message: |-',
  ...lines.map((line) => `    ${line}`),
  '  ...',
]

/** @see https://testanything.org/tap-version-14-specification.html */
export const tap: Reporter = ({ results }) =>
  [
    'TAP version 14',
    `1..${results.length}`,
    ...results.flatMap(({ test, ok, problems, trace }, i) => [
      `${ok ? 'ok' : 'not ok'} ${i + 1} - ${escaped(test.name)}`,
      ...(ok ? [] : block([`at ${test.place.file}:${test.place.line}`, ...problems, ...trace])),
    ]),
    '',
  ].join('\n')
