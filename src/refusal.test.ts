import { expect, test } from 'vitest'
import { requestWith } from './edge.fixture.ts'
import { refusalFacts } from './refusal.ts'
import { readRequest } from './request/request.ts'
import { createVisitors } from './visitor/identify.ts'

const RAY = '0123456789abcdef'
const TIME_MS = Date.UTC(2026, 10, 23)
const rayId = { ray: RAY, header: `${RAY}-LHR`, timeMs: TIME_MS }

const factsOf = (headers: readonly string[], rawHeaders = ['Host', 'Shop.test:8020.']) => {
  const request = readRequest(
    requestWith('/', [], { method: 'POST', rawHeaders: [...rawHeaders, ...headers] }),
    false,
    TIME_MS
  )
  const visitor = createVisitors({
    geo: { name: 'g', date: '', lookup: () => ({ country: 'DE' }) },
    asn: { name: 'a', date: '', lookup: () => ({ asn: 64_496, name: '' }) },
  }).identify((name) => request.joined(name), { remoteAddress: '8.8.8.8' })
  return { request, visitor, rayId }
}

test('the facts of a refusal are those of the request', () => {
  const page = { generation: 'g1' } as const
  const facts = factsOf(
    ['Accept', 'text/html', 'Accept', 'a/b', 'Accept-Encoding', 'gzip', 'Accept-Language', 'de'],
    ['Host', 'Shop.test:8020']
  )
  expect(refusalFacts(1009, facts, 'LHR', { page })).toEqual({
    code: 1009,
    ray: RAY,
    colo: 'LHR',
    timeMs: TIME_MS,
    host: 'shop.test',
    ip: '8.8.8.8',
    country: 'DE',
    asn: 64_496,
    method: 'POST',
    accept: 'text/html, a/b',
    acceptEncoding: 'gzip',
    codings: 'gzip',
    acceptLanguage: 'de',
    page,
  })
})

test('what a request does not say is absent', () => {
  expect(refusalFacts(1020, factsOf([]), 'LHR')).toMatchObject({
    accept: undefined,
    acceptEncoding: undefined,
    codings: undefined,
    acceptLanguage: undefined,
    page: undefined,
  })
})

test('a persona’s headers choose the answer, and not its coding', () => {
  const facts = factsOf(['Accept-Encoding', 'identity'])
  facts.request.pretend(['Accept-Encoding', 'br', 'Accept', 'application/json'])
  expect(refusalFacts(1020, facts, 'LHR')).toMatchObject({
    accept: 'application/json',
    acceptEncoding: 'br',
    codings: 'identity',
  })
})
