import { describe, expect, test } from 'vitest'
import { EdgeError } from './error.ts'
import { createRays, parseRay, rayTime } from './ray.ts'

const AT = Date.UTC(2026, 10, 23, 5, 30, 0)
const frozen = () => AT

describe('a Ray ID', () => {
  test('is 16 hex digits, with the data centre in the header', () => {
    const { ray, header, timeMs } = createRays({ colo: 'LHR' }).next()
    expect(ray).toMatch(/^[0-9a-f]{16}$/)
    expect(header).toBe(`${ray}-LHR`)
    expect(Math.abs(rayTime(ray) - timeMs)).toBeLessThan(10_000)
  })

  test('carries its time to 10 ms', () => {
    const later = AT + 5_000_000
    const { ray } = createRays({ now: () => later }).next()
    expect(rayTime(ray)).toBe(later)
  })

  test.each([
    ['00000000000000ff', '2012-10-12T00:00:00.000Z'],
    ['0000000640000000', '2012-10-12T00:00:01.000Z'],
    ['fffffffff0000000', '2034-07-22T15:26:07.350Z'],
  ])('%s was made at %s', (ray, time) => {
    expect(new Date(rayTime(ray)).toISOString()).toBe(time)
  })

  test('is unique at any rate while the clock stands still, and across edges of a process', () => {
    const now = () => AT + 10_000_000
    const [one, other] = [createRays({ now }), createRays({ now, instance: 0 })]
    const seen = new Set<string>()
    const COUNT = 1_200_000
    for (let i = 0; i < COUNT; i++) seen.add((i % 2 === 0 ? one : other).next().ray)
    expect(seen.size).toBe(COUNT)
  })

  test('two instances never share one: the last two digits differ', () => {
    const ends = Array.from({ length: 256 }, (_, instance) =>
      createRays({ colo: 'FRA', instance }).next().ray.slice(-2)
    )
    expect(new Set(ends).size).toBe(256)
  })

  test('keeps the last digits of a data centre', () => {
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

  test.each(['lhr', 'LH', 'LHRX', '1HR', ''])('a colo "%s" is refused', (colo) => {
    expect(() => createRays({ colo })).toThrowError(EdgeError)
  })

  test.each([-1, 256, 1.5, Number.NaN])('an instance %d is refused', (instance) => {
    expect(() => createRays({ instance })).toThrowError(EdgeError)
  })
})

describe('reading a Ray ID as people paste it', () => {
  test.each([
    ['8f3c2d1e0a9b7c65', '8f3c2d1e0a9b7c65', undefined],
    ['8f3c2d1e0a9b7c65-LHR', '8f3c2d1e0a9b7c65', 'LHR'],
    [' 8F3C2D1E0A9B7C65-lhr\n', '8f3c2d1e0a9b7c65', 'LHR'],
  ])('%j', (text, ray, colo) => {
    expect(parseRay(text)).toMatchObject({ ray, colo })
  })

  test.each([
    '',
    'xyz',
    '8f3c2d1e0a9b7c6',
    '8f3c2d1e0a9b7c655',
    '8f3c2d1e0a9b7c65-LH',
    '8f3c2d1e0a9b7c65 LHR',
    "8f3c2d1e0a9b7c6'",
  ])('%j is none', (text) => {
    expect(parseRay(text)).toBeUndefined()
  })
})
