import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { compile } from '../compile.ts'
import { customRuleScheme, defaultScheme } from '../defaults.ts'
import type { Scheme } from '../scheme.ts'
import { customRuleFunctions, functions } from './table.ts'

const problemIn = (scheme: Scheme, expression: string) => {
  try {
    compile(expression, { scheme, expect: 'any' })
  } catch (error) {
    if (error instanceof EdgeError) return error.diagnostics[0]!
    throw error
  }
  return undefined
}

describe('table of functions', () => {
  test('every name is there once', () => {
    const names = functions.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(customRuleFunctions.map(({ name }) => name)).toEqual(names)
    expect([...defaultScheme.functions.keys()].sort()).toEqual([...names].sort())
    expect(names.filter((name) => defaultScheme.functions.get(name) === undefined)).toEqual([])
  })

  test.each([
    ['bit_slice(http.host, 0, 4)', 'bit_slice'],
    ['encode_base64(http.host)', 'encode_base64'],
    ['regex_replace(http.host, "a", "b")', 'regex_replace'],
    ['remove_query_args(http.request.uri.query, "a")', 'remove_query_args'],
    ['to_string(ssl)', 'to_string'],
    ['uuidv4(cf.random_seed)', 'uuidv4'],
    ['wildcard_replace(http.host, "a", "b")', 'wildcard_replace'],
  ])('%s is for other phases than custom rules', (expression, name) => {
    expect(problemIn(defaultScheme, expression)).toBeUndefined()
    expect(problemIn(customRuleScheme, expression)).toMatchObject({
      code: 'unusable_function',
      column: 1,
      length: name.length,
    })
  })

  test.each([
    'any(url_decode(http.request.body.form.values[*])[*] contains "x")',
    'lookup_json_string(http.request.body.raw, "a") eq "b"',
    'cidr(ip.src, 24, 48) eq 192.0.2.0',
    'is_timed_hmac_valid_v0("key", http.request.uri, 60, http.request.timestamp.sec, 8)',
    'hash_in_range(0, 100, cf.random_seed) < 10',
    'has_value(split(http.request.uri.query, "&"), "a=b")',
    'any(decode_base64(http.request.headers["a"][*])[*] eq "b")',
    'join(http.request.headers.names, ",") contains "cookie"',
  ])('custom rules may say %s', (expression) => {
    expect(problemIn(customRuleScheme, expression)).toBeUndefined()
  })
})
