import { expect, test } from 'vitest'
import { urlExpression, urlProblem } from './urls.ts'

const path = (expected: string) => `http.host eq "a.test" and http.request.uri.path ${expected}`

test.each([
  ['a.test/%77iki', path('eq "/wiki"')],
  ['a.test/a//b/../c/*', path('wildcard "/a/c/*"')],
  ['a.test/a%2fb', path('eq "/a%2Fb"')],
  ['a.test/é', path('eq "/%C3%A9"')],
  ['a.test/%77?%77', 'http.host eq "a.test" and http.request.uri eq "/w?%77"'],
])('%s is compared as rules see requests: %s', (url, expected) => {
  expect(urlExpression(url)).toBe(expected)
})

test.each(['a.test', '*', '*.a.test/*', 'https://a.test/b?c=*', '[2001:db8::1]/b', 'a.test/b:80.'])(
  '%s can match',
  (url) => expect(urlProblem(url)).toBeUndefined()
)
