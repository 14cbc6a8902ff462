import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { listsOf } from '../lists/named.ts'
import { loadRules } from './load.ts'

const lists = listsOf({
  office: ['192.0.2.1'],
  hosting: ['AS24940'],
  shops: ['*.b.test'],
  apps: { kind: 'string', items: ['Shop/1.0', 'Café'] },
})

const load = (expression: string) => {
  const rule = { name: 'x', action: 'block', expression }
  return loadRules([{ file: 'x.json', text: JSON.stringify({ rules: [rule] }) }], { lists })
}
const findings = (expression: string) => {
  try {
    return load(expression).warnings
  } catch (error) {
    if (error instanceof EdgeError) return error.diagnostics
    throw error
  }
}

describe('a list of the wrong kind', () => {
  test.each([
    [
      'ip.src in $hosting',
      'the list `$hosting` has autonomous systems: expected a list of addresses for `ip.src`',
    ],
    [
      'ip.src in $shops',
      'the list `$shops` has host names: expected a list of addresses for `ip.src`',
    ],
    ['ip.src in $apps', 'the list `$apps` has texts: expected a list of addresses for `ip.src`'],
    [
      'ip.src.asnum in $office',
      'the list `$office` has addresses: expected a list of autonomous systems for `ip.src.asnum`',
    ],
    [
      'not ip.src.asnum in $shops',
      'the list `$shops` has host names: expected a list of autonomous systems for `ip.src.asnum`',
    ],
    [
      'http.host in $office',
      'the list `$office` has addresses: expected a list of host names for `http.host`',
    ],
    [
      'lower(http.host) in $hosting',
      'the list `$hosting` has autonomous systems: expected a list of host names for `lower(http.host)`',
    ],
  ])('%s is an error', (expression, message) => {
    const [finding, ...more] = findings(expression)
    expect(more).toEqual([])
    expect(finding).toMatchObject({ severity: 'error', code: 'wrong_list_kind', message, line: 1 })
    expect(finding!.help).toMatch(/^lists of .* go with/)
  })

  test.each(['http.request.uri.path in $shops', 'http.request.timestamp.sec in $hosting'])(
    '%s, which never holds such, is a warning',
    (expression) => {
      expect(findings(expression)).toMatchObject([{ severity: 'warning', code: 'wrong_list_kind' }])
    }
  )

  test.each([
    'ip.src in $office',
    'not ip.src in $office',
    'ip.src.asnum in $hosting',
    'http.host in $shops',
    'lower(http.host) in $shops',
    'any(http.request.headers["host"][*] in $shops)',
  ])('%s is fine', (expression) => {
    expect(findings(expression)).toEqual([])
  })

  test('each wrong use of a list is told, the same one once', () => {
    const found = findings('ip.src in $shops or ip.src in $shops or ip.src.asnum in $shops')
    expect(found.map(({ code }) => code)).toEqual(['wrong_list_kind', 'wrong_list_kind'])
  })

  test('a list of two kinds is for both fields', () => {
    const both = {
      ip: (name: string) => (name === 'two' ? { has: () => true } : undefined),
      int: (name: string) => (name === 'two' ? { has: () => true } : undefined),
    }
    const text =
      'rules: [{ name: x, action: block, expression: "ip.src in $two or ip.src.asnum in $two" }]'
    expect(loadRules([{ file: 'x', text }], { lists: both }).warnings).toEqual([])
  })
})

test('texts go with every text field, and match it as a whole', () => {
  expect(findings('http.user_agent in $apps')).toEqual([])
  expect(findings('http.host in $apps or http.request.uri.path in $apps')).toEqual([])
  const apps = lists.string('apps')!
  expect(['Shop/1.0', 'shop/1.0', 'Shop/1', 'Caf\xc3\xa9', 'Café'].map(apps.has)).toEqual([
    true,
    false,
    false,
    true,
    false,
  ])
})
