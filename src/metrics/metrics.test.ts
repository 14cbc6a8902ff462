import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { optionsWith, requestWith, rulesetOf } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { EdgeError } from '../error.ts'
import { memoryStore } from '../events/memory.ts'
import type { StoreState } from '../events/state.ts'
import { rememberFacts } from './facts.ts'
import { metrics } from './metrics.ts'

const RULES = [
  { name: 'no admin', expression: 'http.request.uri.path eq "/admin"' },
  { name: 'off', expression: 'true', enabled: false },
]

/** The lines of a metric, without its comments. */
const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.replace(/[ {].*/, '') === name)
const numberOf = (text: string, name: string) => Number(linesOf(text, name)[0]?.split(' ').at(-1))

describe('the metrics of an edge', () => {
  test('are its counters, at each question anew', async () => {
    const edge = createEdge(optionsWith(RULES))
    const { text, contentType } = metrics(edge)
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(numberOf(await text(), 'edge1020_requests_total')).toBe(0)
    for (const path of ['/', '/admin', '/admin']) await edge.judge(requestWith(path))
    edge.replaceRules(rulesetOf(RULES[0]!))
    for (let i = 0; i < 2; i++) {
      const now = await text()
      expect(numberOf(now, 'edge1020_requests_total')).toBe(3)
      expect(numberOf(now, 'edge1020_refusals_total')).toBe(2)
      expect(numberOf(now, 'edge1020_rules_reloads_total')).toBe(1)
      expect(linesOf(now, 'edge1020_matches_total')).toEqual([
        expect.stringMatching(
          /^edge1020_matches_total\{phase="[^"]+",rule="no-admin",action="block"\} 2$/
        ),
      ])
      expect(linesOf(now, 'edge1020_rules')).toEqual([
        'edge1020_rules{state="enabled"} 1',
        'edge1020_rules{state="disabled"} 0',
      ])
    }
  })

  test('have a histogram that Prometheus can read', async () => {
    const edge = createEdge(optionsWith(RULES))
    for (let i = 0; i < 65; i++) await edge.judge(requestWith('/'))
    const text = await metrics(edge).text()
    expect(text).toContain('# TYPE edge1020_judging_seconds histogram\n')
    const buckets = linesOf(text, 'edge1020_judging_seconds_bucket')
    expect(buckets[0]).toMatch(/^edge1020_judging_seconds_bucket\{le="0\.000005"\} \d$/)
    expect(buckets.at(-1)).toBe('edge1020_judging_seconds_bucket{le="+Inf"} 2')
    const values = buckets.map((line) => Number(line.split(' ').at(-1)))
    expect(values).toEqual(values.toSorted((x, y) => x - y))
    expect(numberOf(text, 'edge1020_judging_seconds_count')).toBe(2)
    expect(numberOf(text, 'edge1020_judging_seconds_sum')).toBeGreaterThan(0)
  })

  test('tell what the store tells', async () => {
    const state: StoreState = {
      trouble: { message: 'disk full', since: '2026-11-29T10:00:00Z' },
      waiting: 12,
      lost: 3,
      gaps: [{ firstRay: '', lastRay: '', from: '', to: '', count: 3, reason: 'disk full' }],
      evicted: 7,
      sinks: [{ name: 'ndjson e', waiting: 4, delivered: 5, dropped: 6 }],
    }
    const failing = {
      ...memoryStore(),
      append: () => Promise.reject(new EdgeError('store_failed', 'disk full')),
      state: () => state,
    }
    const edge = createEdge(optionsWith(RULES, { store: failing }))
    await edge.judge(requestWith('/admin'))
    const text = await metrics(edge).text()
    expect(numberOf(text, 'edge1020_store_trouble')).toBe(1)
    expect(numberOf(text, 'edge1020_store_waiting_events')).toBe(12)
    expect(numberOf(text, 'edge1020_store_lost_events_total')).toBe(3)
    expect(numberOf(text, 'edge1020_store_gaps')).toBe(1)
    expect(numberOf(text, 'edge1020_store_evicted_events_total')).toBe(7)
    expect(text).toContain('edge1020_sink_trouble{sink="ndjson e"} 0\n')
    expect(text).toContain('edge1020_sink_waiting_events{sink="ndjson e"} 4\n')
    expect(text).toContain('edge1020_sink_delivered_events_total{sink="ndjson e"} 5\n')
    expect(text).toContain('edge1020_sink_dropped_events_total{sink="ndjson e"} 6\n')
    expect(numberOf(text, 'edge1020_store_failures_total')).toBe(1)
    const well = await metrics(createEdge(optionsWith([]))).text()
    expect(numberOf(well, 'edge1020_store_trouble')).toBe(0)
  })

  test('tell how old the data are, where that is known', async () => {
    const edge = createEdge(optionsWith([]))
    expect(linesOf(await metrics(edge).text(), 'edge1020_data_age_seconds')).toEqual([])
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
    rememberFacts(edge, () => [
      { role: 'country', name: 'a "quoted" source', date: day },
      { role: 'feed', name: 'drop', date: '' },
    ])
    const lines = linesOf(await metrics(edge).text(), 'edge1020_data_age_seconds')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('{role="country",name="a \\"quoted\\" source"}')
    expect(Number(lines[0]!.split(' ').at(-1)) / 86_400).toBeCloseTo(3.5, 0)
  })

  test('get no label from a visitor', async () => {
    const edge = createEdge(optionsWith(RULES))
    const shape = (text: string) => text.replace(/ [\d.e+-]+$/gm, '')
    await edge.judge(requestWith('/admin'))
    const before = shape(await metrics(edge).text())
    for (let i = 0; i < 50; i++) {
      await edge.judge(requestWith(`/${i}`, ['User-Agent', `agent ${i}`, 'X-Label', `${i}`]))
    }
    expect(shape(await metrics(edge).text())).toBe(before)
  })

  test('join a registry that the app has', async () => {
    const registry = new Registry()
    await metrics(createEdge(optionsWith([]))).addTo(registry)
    expect(await registry.metrics()).toContain('edge1020_requests_total 0')
  })

  test('hold those of the process where they are asked for', async () => {
    const edge = createEdge(optionsWith([]))
    expect(await metrics(edge, { process: true }).text()).toContain('process_cpu_seconds_total')
    expect(await metrics(edge).text()).not.toContain('process_cpu_seconds_total')
  })
})
