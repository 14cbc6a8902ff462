import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { EdgeError } from './error.ts'
import { createRays, parseRay, rayTime } from './ray.ts'

const AT = Date.UTC(2026, 10, 23, 5, 30, 0)
const frozen = () => AT

const refusal = (options: Parameters<typeof createRays>[0]): EdgeError => {
  try {
    createRays(options)
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a Ray ID', () => {
  test('is 16 hex digits, with the data centre in the header', () => {
    const { ray, header, timeMs } = createRays({ colo: 'LHR' }).next()
    expect(ray).toMatch(/^[0-9a-f]{16}$/)
    expect(header).toBe(`${ray}-LHR`)
    expect(Math.abs(rayTime(ray) - timeMs)).toBeLessThan(10_000)
  })

  test('carries its time to 10 ms', () => {
    const later = Math.ceil(Date.now() / 10) * 10 + 3_600_000
    const { ray } = createRays({ now: () => later }).next()
    expect(rayTime(ray)).toBe(later)
  })

  test.each([
    ['00000000000000ff', '2012-10-12T00:00:00.000Z'],
    ['0000000640000000', '2012-10-12T00:00:01.000Z'],
    ['fffffffff0000000', '2034-07-22T15:26:07.350Z'],
  ])('%s is from %s', (ray, time) => {
    expect(new Date(rayTime(ray)).toISOString()).toBe(time)
  })

  test('is unique at any rate while the clock stands still, and across edges of a process', () => {
    const now = () => AT + 10_000_000
    const [one, other] = [createRays({ now }), createRays({ now, instance: 0 })]
    const seen = new Set<string>()
    const COUNT = 1_200_000
    const first = one.next().ray
    let last = first
    for (let i = 0; i < COUNT; i++) {
      last = (i % 2 === 0 ? one : other).next().ray
      seen.add(last)
    }
    expect(seen.size).toBe(COUNT)
    // One tick holds 2^20 of them: the next one is begun early, and only that.
    expect(rayTime(last) - rayTime(first)).toBe(10)
  })

  test('two instances never share one: the last two digits differ', () => {
    const ends = Array.from({ length: 256 }, (_, instance) =>
      createRays({ colo: 'FRA', instance }).next().ray.slice(-2)
    )
    expect(new Set(ends).size).toBe(256)
  })

  test('two instances never share one, whatever their data centres are called', () => {
    const now = () => AT + 15_000_000
    const one = createRays({ now, colo: 'FRA', instance: 1 })
    const other = createRays({ now, colo: 'LHR', instance: 200 })
    const rays = Array.from({ length: 20_000 }, () => [one.next().ray, other.next().ray]).flat()
    expect(new Set(rays).size).toBe(rays.length)
    expect(one.next().ray.slice(-2)).not.toBe(other.next().ray.slice(-2))
  })

  test('keeps its last digits', () => {
    const rays = createRays({ colo: 'FRA' })
    expect(rays.next().ray.slice(-2)).toBe(rays.next().ray.slice(-2))
  })

  test('does not go back when the clock does', () => {
    const ahead = createRays({ now: () => AT + 20_000_000 }).next().ray
    const behind = createRays({ now: frozen }).next().ray
    expect(behind.slice(0, 9) >= ahead.slice(0, 9)).toBe(true)
  })

  test('neighbours do not look like a count', () => {
    const rays = createRays()
    const numbers = Array.from({ length: 50 }, () =>
      Number.parseInt(rays.next().ray.slice(9, 14), 16)
    )
    const steps = numbers.slice(1).map((number, i) => Math.abs(number - numbers[i]!))
    expect(steps.filter((step) => step < 16)).toEqual([])
  })

  // A fresh module each: what one clock did must not tell on the next.
  test.each([
    ['before 2012, as on a machine without a battery', 0],
    ['that is not a number', Number.NaN],
    ['past 2034, where the count starts over', Date.UTC(2040, 0, 1)],
  ])('keeps its shape with a clock %s', async (_what, time) => {
    vi.resetModules()
    const fresh = await import('./ray.ts')
    const rays = fresh.createRays({ now: () => time })
    const made = Array.from({ length: 100 }, () => rays.next())
    for (const { ray, header } of made) {
      expect(header).toMatch(/^[0-9a-f]{16}-LOC$/)
      expect(ray).toBe(header.slice(0, 16))
    }
    expect(new Set(made.map(({ ray }) => ray)).size).toBe(100)
  })

  test.each(['lhr', 'LH', 'LHRX', '1HR', '', 'ÄBC', 'LHR\n'])('a colo %j is refused', (colo) => {
    expect(refusal({ colo })).toMatchObject({
      code: 'invalid_colo',
      message: `colo "${colo}": expected three letters A–Z, e.g. LHR`,
    })
  })

  test.each([-1, 256, 1.5, Number.NaN])('an instance %d is refused', (instance) => {
    expect(refusal({ instance })).toMatchObject({ code: 'invalid_instance' })
  })
})

describe('the digits of a Ray ID', () => {
  const WORDS = 256
  const PERIOD = 2 ** 20

  /** A fresh module whose random words are their own places, plus `add` for each call of the generator. */
  const counting = async (add = 0) => {
    vi.resetModules()
    let calls = 0
    const generator = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      const words = array as unknown as Uint32Array
      for (let i = 0; i < words.length; i++) words[i] = i + calls * add
      calls++
      return array
    })
    onTestFinished(() => generator.mockRestore())
    const fresh = await import('./ray.ts')
    return { fresh, calls: () => calls }
  }
  const sequence = (ray: string) => Number.parseInt(ray.slice(9, 14), 16)

  test('are the tick, a scattered count and the instance', async () => {
    const { fresh } = await counting()
    const rays = fresh.createRays({ now: () => Date.UTC(2012, 9, 12) + 10 })
    expect([rays.next().ray, rays.next().ray, rays.next().ray]).toEqual([
      '000000001000002d',
      '0000000019e3752d',
      '0000000013c6ea2d',
    ])
  })

  test('begin each tick at a random place', async () => {
    const { fresh, calls } = await counting(1_000)
    let ms = Date.UTC(2012, 9, 12)
    const rays = fresh.createRays({ now: () => ms })
    const begun = Array.from({ length: WORDS + 2 }, () => {
      ms += 10
      return sequence(rays.next().ray)
    })
    const scattered = (place: number) => (place * 0x9e375) % PERIOD
    const expected = Array.from({ length: WORDS }, (_, i) => scattered(i))
    expect(begun).toEqual([...expected, scattered(1_000), scattered(1_001)])
    expect(calls()).toBe(2)
  })

  test('of a clock before the first tick are those of the first', async () => {
    const { fresh } = await counting()
    expect(
      fresh
        .createRays({ now: () => 0 })
        .next()
        .ray.slice(0, 9)
    ).toBe('000000000')
  })

  test.each([
    [0, '2d'],
    [1, 'd4'],
    [9, '0c'],
    [255, '86'],
  ])('of instance %i end in %s', (instance, end) => {
    expect(createRays({ instance }).next().ray.slice(-2)).toBe(end)
  })
})

describe('reading a Ray ID as people paste it', () => {
  test.each([
    ['8f3c2d1e0a9b7c65', '8f3c2d1e0a9b7c65', undefined],
    ['8f3c2d1e0a9b7c65-LHR', '8f3c2d1e0a9b7c65', 'LHR'],
    [' 8F3C2D1E0A9B7C65-lhr\n', '8f3c2d1e0a9b7c65', 'LHR'],
  ])('%j', (text, ray, colo) => {
    expect(parseRay(text)).toEqual({ ray, colo, timeMs: rayTime(ray) })
  })

  test('gives back the time it is from', () => {
    // Ahead of every other clock here: the ticks of a process never go back.
    const ahead = Math.ceil(Date.now() / 10) * 10 + 7_200_000
    const { header, timeMs } = createRays({ now: () => ahead }).next()
    expect(parseRay(header)?.timeMs).toBe(timeMs)
  })

  test.each([
    '',
    'xyz',
    '8f3c2d1e0a9b7c6',
    '8f3c2d1e0a9b7c655',
    '8f3c2d1e0a9b7c65-LH',
    '8f3c2d1e0a9b7c65 LHR',
    "8f3c2d1e0a9b7c6'",
    '8f3c2d1e0a9b7c65-LHR-LHR',
    '8f3c2d1e 0a9b7c65',
    '８f3c2d1e0a9b7c65',
    'a'.repeat(70_000),
  ])('%.30j is none', (text) => {
    expect(parseRay(text)).toBeUndefined()
  })
})
