import { checkMethod } from '../../rules/values.ts'
import { ofClosedSet } from '../closed-set.ts'
import type { Lint } from '../lint-type.ts'
import type { TextTest } from '../text-tests.ts'

const isSmall = ({ text }: TextTest) => text !== text.toUpperCase()

export const unknownMethod: Lint = {
  code: 'unknown_method',
  severity: 'error',
  title: 'a method in the wrong case',
  explanation:
    'HTTP methods are case-sensitive, and clients send them in capital letters: `http.request.method eq "post"` is false for every request. `--fix`\n' +
    'writes capital letters.',
  bad: ['http.request.method eq "post"', 'not http.request.method in {"GET" "Head"}'],
  good: [
    'http.request.method eq "POST"',
    'lower(http.request.method) eq "post"',
    'http.request.method eq "PROPFIND"',
  ],
  expression: ofClosedSet('http.request.method', checkMethod, isSmall),
}
