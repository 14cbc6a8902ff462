import { context, trace } from '@opentelemetry/api'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { heldStore, optionsWith, requestWith } from '../edge.fixture.ts'
import { createEdge, isEdge } from '../edge.ts'
import type { EventStore } from '../events/event.ts'
import { metrics } from './metrics.ts'
import { traced } from './tracing.ts'

const RULES = [{ name: 'no admin', expression: 'http.request.uri.path eq "/admin"' }]

const start = (store?: EventStore) => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const own = createEdge(optionsWith(RULES, store === undefined ? {} : { store }))
  const edge = traced(own, provider.getTracer('edge1020'))
  return { edge, own, spans: () => exporter.getFinishedSpans() }
}

test('a request that passes is one span, with its Ray ID', async () => {
  const { edge, spans } = start()
  const { ray } = await edge.judge(requestWith('/', ['User-Agent', 'secret']))
  expect(spans()).toHaveLength(1)
  expect(spans()[0]).toMatchObject({
    name: 'edge1020.judge',
    attributes: { 'edge1020.action': 'pass', 'edge1020.ray': ray },
  })
})

test('a refused one names the rule and the status, and nothing of the visitor', async () => {
  const { edge, spans } = start()
  const { ray } = await edge.judge(requestWith('/admin', ['User-Agent', 'secret']))
  expect(spans()[0]!.attributes).toEqual({
    'edge1020.action': 'block',
    'edge1020.ray': ray,
    'edge1020.rule': 'no-admin',
    'edge1020.phase': expect.any(String),
    'http.response.status_code': 403,
  })
})

test('the span of a refusal ends with its commit', async () => {
  const held = heldStore()
  const { edge, spans } = start(held.store)
  const judged = edge.judge(requestWith('/admin'))
  await Promise.resolve()
  expect(spans()).toEqual([])
  held.commit()
  await judged
  expect(spans()).toHaveLength(1)
})

test('it is the same edge otherwise', async () => {
  const { edge, own } = start()
  await edge.judge(requestWith('/admin'))
  expect(isEdge(edge)).toBe(true)
  expect(edge.stats.judged).toBe(1)
  expect(edge.ruleset).toBe(own.ruleset)
  expect(await metrics(edge).text()).toContain('edge1020_requests_total 1')
})

test('the tracer of an app without OpenTelemetry set up costs no answer', async () => {
  const edge = traced(createEdge(optionsWith(RULES)), trace.getTracer('edge1020'))
  expect(context.active()).toBeDefined()
  expect((await edge.judge(requestWith('/admin'))).action).toBe('block')
})

test('what fails is told to the span and to the caller', () => {
  const { own, spans } = start()
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const failing = Object.create(own, {
    decide: {
      value: () => {
        throw new Error('broken')
      },
    },
  })
  const edge = traced(failing, provider.getTracer('edge1020'))
  expect(() => edge.decide(requestWith('/'))).toThrow('broken')
  expect(spans()).toEqual([])
  expect(exporter.getFinishedSpans()[0]).toMatchObject({
    status: { code: 2 },
    events: [{ name: 'exception' }],
  })
})
