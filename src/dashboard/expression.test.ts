import { expect, test } from 'vitest'
import { expressionHtml } from './expression.ts'

const marked = (expression: string, parts: string[]) =>
  [...expressionHtml(expression, parts).text.matchAll(/<mark>(.*?)<\/mark>/gs)].map(([, inner]) =>
    inner!.replace(/<[^>]*>/g, '').replaceAll('&quot;', '"')
  )
const plain = (expression: string, parts: string[] = []) =>
  expressionHtml(expression, parts)
    .text.replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')

const EXPRESSION = '(http.host eq "a.test" and not ip.src in $office) or cf.client.bot'

test.each([
  [['http.host eq "a.test"'], ['http.host eq "a.test"']],
  [['not ip.src in $office'], ['not ip.src in $office']],
  // The cause of a `not` is not always next to it.
  [['not cf.client.bot'], ['cf.client.bot']],
  [
    ['cf.client.bot', 'http.host eq "a.test"'],
    ['http.host eq "a.test"', 'cf.client.bot'],
  ],
  [['http.host', 'http.host eq "a.test"'], ['http.host eq "a.test"']],
  [['something else', ''], []],
])('%j marks %j', (parts, expected) => {
  expect(marked(EXPRESSION, parts)).toEqual(expected)
})

test.each([
  EXPRESSION,
  'http.user_agent matches r#"<script>"x"#',
  '"<b>" eq "unfinished',
  '',
  '\u{1f600} {1.2.3.4/8 ::1}',
])('all of %j is shown, and nothing of it is markup', (expression) => {
  expect(plain(expression, ['<b>'])).toBe(expression)
})
