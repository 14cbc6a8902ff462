import type { TestResult } from '../run.ts'
import type { Reporter } from './report.ts'
import { failed } from './report.ts'

/** Characters that XML 1.0 forbids, even escaped. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
}

const escaped = (text: string) =>
  text.replace(NOT_XML, '\ufffd').replace(/[&<>"\n]/g, (character) => ENTITIES[character]!)

const seconds = (ms: number) => (ms / 1000).toFixed(6)

const testCase = ({ test, ok, problems, trace, ms }: TestResult): string => {
  const { name, place } = test
  const open = `    <testcase name="${escaped(name)}" classname="${escaped(place.file)}" file="${escaped(place.file)}" line="${place.line}" time="${seconds(ms)}"`
  if (ok) return `${open}/>`
  const body = [...problems, ...trace].join('\n')
  return `${open}>\n      <failure message="${escaped(problems.join('; '))}">${escaped(body)}</failure>\n    </testcase>`
}

const byFile = (results: readonly TestResult[]): Map<string, TestResult[]> => {
  const files = new Map<string, TestResult[]>()
  for (const result of results) {
    const { file } = result.test.place
    const known = files.get(file)
    if (known === undefined) files.set(file, [result])
    else known.push(result)
  }
  return files
}

/** Returns JUnit XML for CI servers, with one suite for each file. */
export const junit: Reporter = (report) => {
  const { results, ms } = report
  const suites = [...byFile(results)].map(([file, of]) => {
    const failures = of.filter(({ ok }) => !ok).length
    const total = of.reduce((sum, one) => sum + one.ms, 0)
    return [
      `  <testsuite name="${escaped(file)}" tests="${of.length}" failures="${failures}" errors="0" skipped="0" time="${seconds(total)}">`,
      ...of.map(testCase),
      '  </testsuite>',
    ].join('\n')
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="edge1020" tests="${results.length}" failures="${failed(report)}" errors="0" time="${seconds(ms)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}
