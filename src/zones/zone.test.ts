import { expect, test } from 'vitest'
import { phaseServices, rulesetOf } from '../edge.fixture.ts'
import { defaultScheme } from '../language/defaults.ts'
import { PHASE_NAMES } from '../phases/names.ts'
import { createZone } from './zone.ts'

const ruleset = rulesetOf(
  { name: 'a', expression: 'http.host eq "a" and ip.src.country eq "DE"' },
  { name: 'b', expression: 'http.host eq "b"' }
)

test('a zone has its rules, its phases and the fields that they read, each once', () => {
  const zone = createZone(ruleset, phaseServices())
  expect(zone.ruleset).toBe(ruleset)
  expect(zone.phases.map(({ name }) => name)).toEqual([...PHASE_NAMES])
  expect(zone.hasChallenges).toBe(false)
  const asking = rulesetOf({ name: 'c', expression: 'ssl', action: 'challenge' })
  expect(createZone(asking, phaseServices()).hasChallenges).toBe(true)
  expect([...zone.fields].sort()).toEqual(['http.host', 'ip.src.country'])
})

test('a zone has a place for each of these fields, and for no other', () => {
  const { layout, fields } = createZone(ruleset, phaseServices())
  const places = fields.map((field) => layout.places[defaultScheme.slot(field)])
  expect([...places].sort()).toEqual([1, 2])
  expect(layout.places.filter((place) => place > 0)).toHaveLength(2)
  expect(layout.empty).toHaveLength(3)
})

test('a zone is that of a host that exists, unless it is said not to be', () => {
  const facts = { name: 'shop.test', hosts: [], isDefault: false }
  const { isNowhere, facts: own } = createZone(ruleset, phaseServices(), facts)
  expect([isNowhere, own]).toEqual([false, facts])
  expect(createZone(ruleset, phaseServices(), undefined, true).isNowhere).toBe(true)
})

test('a zone is never changed in place', () => {
  expect(Object.isFrozen(createZone(ruleset, phaseServices()))).toBe(true)
})
