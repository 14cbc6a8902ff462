import { describe, expect, test, vi } from 'vitest'
import type { RequestContext } from '../context.ts'
import type { Rule } from '../rules/rule.ts'
import type { Match, Phase, Ruling } from './phase.ts'
import { NO_MATCHES, runPhases } from './run.ts'

const context = { is: 'the context' } as unknown as RequestContext

const matchOf = (name: string): Match => ({
  phase: { name, source: 'firewallcustom' },
  rule: { name } as Rule,
  action: 'log',
  code: 0,
})

const ruling = (name: string, changes: Partial<Ruling> = {}): Ruling => ({
  matches: [matchOf(name)],
  ends: false,
  skips: 0,
  ...changes,
})

const phaseOf = (
  name: string,
  decide: Phase['run'] = () => undefined,
  changes: Partial<Phase> = {}
) => {
  const run = vi.fn(decide)
  return { name, source: 'firewallcustom', fields: [], readsBody: false, ...changes, run } as const
}

const noBody = () => {
  throw new Error('the body was read')
}
const names = (matches: readonly Match[]) => matches.map(({ rule }) => rule.name)

const later = <Value>(value: Value) =>
  new Promise<Value>((resolve) => setTimeout(() => resolve(value), 1))

describe('phases that decide at once', () => {
  test('give the one empty list where none matches, and no promise', () => {
    const phases = [phaseOf('a'), phaseOf('b')]
    expect(runPhases(phases, context, noBody)).toBe(NO_MATCHES)
    expect(NO_MATCHES).toEqual([])
    for (const { run } of phases) expect(run).toHaveBeenCalledExactlyOnceWith(context)
  })

  test('run in their order', () => {
    const ran: string[] = []
    const phases = ['a', 'b', 'c'].map((name) => phaseOf(name, () => void ran.push(name)))
    runPhases(phases, context, noBody)
    expect(ran).toEqual(['a', 'b', 'c'])
  })

  test('add their matches up, in order', () => {
    const phases = ['a', 'b', 'c'].map((name) => phaseOf(name, () => ruling(name)))
    const found = runPhases(phases, context, noBody) as readonly Match[]
    expect(names(found)).toEqual(['a', 'b', 'c'])
  })

  test('a lone ruling’s list is passed on as it is', () => {
    const only = ruling('a')
    expect(runPhases([phaseOf('a', () => only), phaseOf('b')], context, noBody)).toBe(only.matches)
  })

  test('none runs after one that ends', () => {
    const after = phaseOf('c', () => ruling('c'))
    const phases = [
      phaseOf('a', () => ruling('a')),
      phaseOf('b', () => ruling('b', { ends: true })),
      after,
    ]
    expect(names(runPhases(phases, context, noBody) as readonly Match[])).toEqual(['a', 'b'])
    expect(after.run).not.toHaveBeenCalled()
  })

  test('what a ruling skips does not run, and the others do', () => {
    const phases = [
      phaseOf('a', () => ruling('a', { skips: 0b1010 })),
      phaseOf('b', () => ruling('b')),
      phaseOf('c', () => ruling('c')),
      phaseOf('d', () => ruling('d')),
      phaseOf('e', () => ruling('e')),
    ]
    expect(names(runPhases(phases, context, noBody) as readonly Match[])).toEqual(['a', 'c', 'e'])
    expect(phases[1]!.run).not.toHaveBeenCalled()
    expect(phases[3]!.run).not.toHaveBeenCalled()
  })

  test('skips of several rulings add up', () => {
    const phases = [
      phaseOf('a', () => ruling('a', { skips: 0b100 })),
      phaseOf('b', () => ruling('b', { skips: 0b1000 })),
      phaseOf('c', () => ruling('c')),
      phaseOf('d', () => ruling('d')),
    ]
    expect(names(runPhases(phases, context, noBody) as readonly Match[])).toEqual(['a', 'b'])
  })
})

describe('a phase that has to wait', () => {
  test('makes a promise; those after it go on where it stopped, each once', async () => {
    const phases = [
      phaseOf('a', () => ruling('a')),
      phaseOf('b', () => later(ruling('b', { skips: 0b1000 }))),
      phaseOf('c', () => ruling('c', { skips: 0b10000 })),
      phaseOf('d', () => ruling('d')),
      phaseOf('e', () => ruling('e')),
      phaseOf('f', () => later(ruling('f'))),
    ]
    const found = runPhases(phases, context, noBody)
    expect(found).toBeInstanceOf(Promise)
    expect(phases[2]!.run).not.toHaveBeenCalled()
    expect(names(await found)).toEqual(['a', 'b', 'c', 'f'])
    for (const i of [0, 1, 2, 5]) expect(phases[i]!.run).toHaveBeenCalledOnce()
  })

  test('keeps what earlier phases skipped', async () => {
    const phases = [
      phaseOf('a', () => ruling('a', { skips: 0b1000 })),
      phaseOf('b', () => later(undefined)),
      phaseOf('c', () => later(ruling('c'))),
      phaseOf('d', () => ruling('d')),
    ]
    expect(names(await runPhases(phases, context, noBody))).toEqual(['a', 'c'])
  })

  test('and ends, ends', async () => {
    const after = phaseOf('b', () => ruling('b'))
    const phases = [phaseOf('a', () => later(ruling('a', { ends: true }))), after]
    expect(names(await runPhases(phases, context, noBody))).toEqual(['a'])
    expect(after.run).not.toHaveBeenCalled()
  })

  test('and does not match leaves what was found', async () => {
    const phases = [phaseOf('a', () => ruling('a')), phaseOf('b', () => later(undefined))]
    expect(names(await runPhases(phases, context, noBody))).toEqual(['a'])
  })
})

describe('the body', () => {
  const reads = { readsBody: true }

  test('is not read where an earlier phase ends', () => {
    const asking = phaseOf('b', () => ruling('b'), reads)
    const phases = [phaseOf('a', () => ruling('a', { ends: true })), asking]
    expect(names(runPhases(phases, context, noBody) as readonly Match[])).toEqual(['a'])
  })

  test('is not read for a phase that is skipped', () => {
    const phases = [
      phaseOf('a', () => ruling('a', { skips: 0b10 })),
      phaseOf('b', () => ruling('b'), reads),
      phaseOf('c', () => ruling('c')),
    ]
    expect(names(runPhases(phases, context, noBody) as readonly Match[])).toEqual(['a', 'c'])
  })

  test('is waited for before the first phase that asks, after those that do not, and once', async () => {
    const log: string[] = []
    const noting = (name: string, changes = {}) =>
      phaseOf(
        name,
        () => {
          log.push(name)
          return ruling(name)
        },
        changes
      )
    const readBody = vi.fn(async (asked: RequestContext) => {
      expect(asked).toBe(context)
      await later(undefined)
      log.push('body')
    })
    const phases = [noting('a'), noting('b', reads), noting('c', reads)]
    const found = runPhases(phases, context, readBody)
    expect(log).toEqual(['a'])
    expect(names(await found)).toEqual(['a', 'b', 'c'])
    expect(log).toEqual(['a', 'body', 'b', 'c'])
    expect(readBody).toHaveBeenCalledOnce()
  })

  test('that is there at once makes no promise, and is asked for once', () => {
    const readBody = vi.fn(() => undefined)
    const phases = ['a', 'b'].map((name) => phaseOf(name, () => ruling(name), reads))
    expect(names(runPhases(phases, context, readBody) as readonly Match[])).toEqual(['a', 'b'])
    expect(readBody).toHaveBeenCalledOnce()
  })

  test.each([
    ['that matches', ruling('b')],
    ['that does not match', undefined],
  ] as const)('is asked for once also where a phase %s waits in between', async (_, decided) => {
    const readBody = vi.fn(() => undefined)
    const phases = [
      phaseOf('a', () => undefined, reads),
      phaseOf('b', () => later(decided)),
      phaseOf('c', () => ruling('c'), reads),
    ]
    expect(names(await runPhases(phases, context, readBody)).at(-1)).toBe('c')
    expect(readBody).toHaveBeenCalledOnce()
  })

  test('keeps skips and matches while it is waited for', async () => {
    const phases = [
      phaseOf('a', () => ruling('a', { skips: 0b100 })),
      phaseOf('b', () => undefined, reads),
      phaseOf('c', () => ruling('c')),
    ]
    expect(names(await runPhases(phases, context, () => later(undefined)))).toEqual(['a'])
  })
})

describe('the account of the phases', () => {
  const NOTHING = { matches: [], ends: false, skips: 0 }
  const accountOf = async (phases: Parameters<typeof runPhases>[0]) => {
    const rulings: Parameters<typeof runPhases>[3] = []
    const given = { skippedPhases: 0 } as RequestContext
    await runPhases(phases, given, noBody, rulings)
    return { rulings, skipped: given.skippedPhases }
  }

  test.each([
    ['at once', <Value>(value: Value) => value],
    ['later', later],
  ])(
    'has each ruling of phases that decide %s, at its place, and what they skip',
    async (_, when) => {
      const [a, c, d] = [
        ruling('a', { skips: 0b10 }),
        ruling('c', { skips: 0b1_0000 }),
        ruling('d', { ends: true }),
      ]
      const phases = [
        phaseOf('a', () => when(a)),
        phaseOf('b', () => when(ruling('b'))),
        phaseOf('c', () => when(c)),
        phaseOf('none', () => when(undefined)),
        phaseOf('skipped', () => when(ruling('skipped'))),
        phaseOf('d', () => when(d)),
        phaseOf('after', () => when(ruling('after'))),
      ]
      const { rulings, skipped } = await accountOf(phases)
      expect(rulings).toHaveLength(6)
      expect([0, 1, 2, 3, 4, 5].map((i) => rulings[i])).toEqual([
        a,
        undefined,
        c,
        NOTHING,
        undefined,
        d,
      ])
      expect(skipped).toBe(0b1_0010)
    }
  )
})
