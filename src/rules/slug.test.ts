import { expect, test } from 'vitest'
import { slug } from './slug.ts'

test.each([
  ['no scripts', 'no-scripts'],
  ['No scripts, please!', 'no-scripts-please'],
  ["countries we don't serve", 'countries-we-don-t-serve'],
  ['  --a__b--  ', 'a-b'],
  ['Länder sperren', 'länder-sperren'],
  ['La\u0308nder', 'länder'],
  ['блок 1', 'блок-1'],
  ['हिन्दी', 'हिन्दी'],
  ['1020', '1020'],
  ['!!!', 'rule-2d53a722'],
])('%j has the id %j', (name, id) => {
  expect(slug(name)).toBe(id)
})

test('names without letters differ in their ids, and keep them', () => {
  expect(slug('!!!')).not.toBe(slug('???'))
  expect(slug('…')).toBe(slug('…'))
})
