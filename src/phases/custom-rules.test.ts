import { describe, expect, test } from 'vitest'
import type { RequestContext } from '../context.ts'
import { contextLayout, RequestContext as Judged } from '../context.ts'
import type { GivenRule } from '../edge.fixture.ts'
import { phaseServices, requestWith, rulesetOf } from '../edge.fixture.ts'
import type { Context } from '../language/types.ts'
import { createRays } from '../ray.ts'
import { readRequest } from '../request/request.ts'
import { createVisitors } from '../visitor/identify.ts'
import { customRules } from './custom-rules.ts'
import { bitOf, PHASE_NAMES } from './names.ts'
import { createPhases } from './order.ts'
import type { Ruling } from './phase.ts'

const rayId = createRays().next()

const contextOf = (fields: readonly string[], path: string): RequestContext => {
  const request = readRequest(requestWith(path), false, rayId.timeMs)
  const visitor = createVisitors().identify((name) => request.joined(name))
  return new Judged(contextLayout(fields), request, visitor, {}, rayId)
}

const judged = (path: string, ...rules: GivenRule[]) => {
  const phase = customRules(rulesetOf(...rules))
  const ruling = phase.run(contextOf(phase.fields, path)) as Ruling | undefined
  return ruling === undefined
    ? undefined
    : { ...ruling, matches: ruling.matches.map(({ rule }) => rule.name) }
}

const on = (path: string, name: string, action: GivenRule['action'], enabled = true) => ({
  name,
  expression: `http.request.uri.path eq "${path}"`,
  action: action!,
  enabled,
})

describe('the custom rules', () => {
  test('that match nothing rule nothing', () => {
    expect(judged('/a', on('/b', 'b', 'block'))).toBeUndefined()
    expect(judged('/a')).toBeUndefined()
  })

  test('block ends: the first one that matches decides', () => {
    expect(judged('/a', on('/a', 'one', 'block'), on('/a', 'two', 'block'))).toEqual({
      matches: ['one'],
      ends: true,
      skips: 0,
    })
  })

  test('log notes and goes on', () => {
    expect(
      judged(
        '/a',
        on('/a', 'one', 'log'),
        on('/b', 'other', 'log'),
        on('/a', 'two', 'log'),
        on('/a', 'three', 'block'),
        on('/a', 'four', 'log')
      )
    ).toEqual({ matches: ['one', 'two', 'three'], ends: true, skips: 0 })
  })

  test('log alone does not end', () => {
    expect(judged('/a', on('/a', 'one', 'log'))).toEqual({
      matches: ['one'],
      ends: false,
      skips: 0,
    })
  })

  test('skip leaves the rest of these rules out, and lets later phases run', () => {
    expect(
      judged('/a', on('/a', 'one', 'log'), on('/a', 'open', 'skip'), on('/a', 'no', 'block'))
    ).toEqual({ matches: ['one', 'open'], ends: false, skips: 0 })
  })

  test.each(['block', 'log', 'skip'] as const)('a disabled rule does nothing: %s', (action) => {
    const off = on('/a', 'off', action, false)
    expect(judged('/a', off)).toBeUndefined()
    expect(judged('/a', off, on('/a', 'on', 'block'))).toMatchObject({ matches: ['on'] })
  })

  test('their matches say phase, source, action, code and page', () => {
    const ruleset = rulesetOf(
      on('/a', 'one', 'log'),
      { ...on('/a', 'two', 'block'), page: 'g1' },
      { ...on('/b', 'three', 'skip') }
    )
    const phase = customRules(ruleset)
    const ruling = phase.run(contextOf(phase.fields, '/a')) as Ruling
    const from = { name: 'custom-rules', source: 'firewallcustom' }
    expect(ruling.matches).toEqual([
      { phase: from, rule: ruleset.rules[0], action: 'log', code: 0, page: undefined },
      {
        phase: from,
        rule: ruleset.rules[1],
        action: 'block',
        code: 1020,
        page: expect.objectContaining({ generation: 'g1' }),
      },
    ])
    const skipped = phase.run(contextOf(phase.fields, '/b')) as Ruling
    expect(skipped.matches).toMatchObject([{ action: 'skip', code: 0 }])
    expect(phase).toMatchObject(from)
  })

  test('the same match object serves every request', () => {
    const phase = customRules(rulesetOf(on('/a', 'one', 'block')))
    const [first, second] = [1, 2].map(
      () => (phase.run(contextOf(phase.fields, '/a')) as Ruling).matches[0]
    )
    expect(first).toBe(second)
  })
})

describe('what the custom rules read', () => {
  test('is the fields of enabled rules', () => {
    const { fields } = customRules(
      rulesetOf(
        { name: 'a', expression: 'http.host eq "a" or ip.src.country eq "DE"' },
        { name: 'b', expression: 'http.host eq "b"' },
        { name: 'off', expression: 'ip.src.asnum eq 1', enabled: false }
      )
    )
    expect([...fields].sort()).toEqual(['http.host', 'ip.src.country'])
  })

  test.each([
    [true, { name: 'a', expression: 'http.request.body.raw contains "x"' }],
    [true, { name: 'a', expression: 'http.request.body.size gt 5 and http.host eq "a"' }],
    [false, { name: 'a', expression: 'http.request.body.size gt 5', enabled: false }],
    [false, { name: 'a', expression: 'http.request.uri.path contains "body"' }],
  ])('has a body: %s of %j', (readsBody, rule) => {
    expect(customRules(rulesetOf(rule)).readsBody).toBe(readsBody)
  })
})

test('a field that nobody else reads is not read where an earlier rule ends', () => {
  const phase = customRules(
    rulesetOf(
      { name: 'one', expression: 'http.request.method eq "GET"' },
      { name: 'two', expression: 'ip.src.asnum eq 7' }
    )
  )
  const real = contextOf(phase.fields, '/')
  const read: unknown[] = []
  const watched: Context = {
    get: (slot) => {
      read.push(real.get(slot))
      return real.get(slot)
    },
  }
  expect(phase.run(watched as RequestContext)).toMatchObject({ ends: true })
  expect(read).not.toContain(0)
  expect(read).toContain('GET')
})

test('the phases of a zone are in the order of their names, each at the place of its bit', () => {
  expect(createPhases(rulesetOf(), phaseServices()).map(({ name }) => name)).toEqual([
    ...PHASE_NAMES,
  ])
  expect(PHASE_NAMES.map(bitOf)).toEqual([1, 2, 4, 8, 16])
  const phases = createPhases(
    rulesetOf({ name: 'a', expression: 'http.host eq "a"' }),
    phaseServices()
  )
  expect(phases.flatMap(({ fields }) => fields)).toEqual(['http.host'])
})
