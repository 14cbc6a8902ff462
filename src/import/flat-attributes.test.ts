import { expect, test } from 'vitest'
import { nestedOf } from './flat-attributes.ts'

test('lists are in the order of their numbers, whatever the order of the file', () => {
  const flat = { 'rules.#': '3', 'rules.10.a': 'last', 'rules.2.a': 'second', 'rules.0.a': 'first' }
  expect(nestedOf(flat)).toEqual({ rules: [{ a: 'first' }, { a: 'second' }, { a: 'last' }] })
})

test('a map keeps its keys, an empty list is a list', () => {
  expect(nestedOf({ 'm.%': '2', 'm.1': 'x', 'm.b': 'y', 'l.#': '0', name: 'n' })).toEqual({
    m: { 1: 'x', b: 'y' },
    l: [],
    name: 'n',
  })
})
