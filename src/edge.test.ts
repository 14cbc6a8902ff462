import { afterEach, describe, expect, test, vi } from 'vitest'
import { heldStore, isSettled, requestWith, turn } from './edge.fixture.ts'
import { isEdge } from './edge.ts'
import { BLOCK, edgeWith, LOG, PEER, SKIP } from './edge-rules.fixture.ts'
import { EdgeError } from './error.ts'
import { memoryStore } from './events/memory.ts'
import { noStore } from './events/none.ts'
import { Verdict } from './verdict.ts'

afterEach(() => void vi.useRealTimers())

describe('a decision', () => {
  const edge = edgeWith([SKIP, LOG, BLOCK])

  test('that the request passes is no promise', () => {
    const verdict = edge.decide(requestWith('/x'), PEER)
    expect(verdict).toBeInstanceOf(Verdict)
    expect(verdict).toMatchObject({ action: 'pass', matches: [], answer: undefined })
    expect((verdict as Verdict).event).toBeUndefined()
    expect((verdict as Verdict).rule).toBeUndefined()
  })

  test('that a rule logs is no promise', () => {
    const verdict = edge.decide(requestWith('/a'), PEER) as Verdict
    expect(verdict).toMatchObject({ action: 'log', answer: undefined, event: { status: 0 } })
    expect(verdict.rule?.name).toBe('watch')
  })

  test('that a rule skips the others passes the request on', () => {
    const verdict = edge.decide(requestWith('/admin?key'), PEER) as Verdict
    expect(verdict).toMatchObject({ action: 'skip', answer: undefined, event: { status: 0 } })
  })

  test('to refuse is a promise, of the answer and its event', async () => {
    const decided = edge.decide(requestWith('/admin'), PEER)
    expect(decided).toBeInstanceOf(Promise)
    const verdict = await decided
    expect(verdict).toMatchObject({
      action: 'block',
      answer: { status: 403 },
      event: { action: 'block', status: 403, matchIndex: 0, ray: verdict.ray },
    })
    expect(verdict.matches.map(({ rule }) => rule.name)).toEqual(['watch', 'no admin'])
    expect(await edge.store.find(verdict.ray)).toMatchObject({
      found: true,
      events: [
        { rule: { name: 'no admin' }, matchIndex: 0 },
        { rule: { name: 'watch' }, matchIndex: 1 },
      ],
    })
  })

  test('is always a promise from judge()', async () => {
    const judged = edge.judge(requestWith('/x'), PEER)
    expect(judged).toBeInstanceOf(Promise)
    expect((await judged).action).toBe('pass')
  })

  test('is made without a connection too', () => {
    const verdict = edge.decide(requestWith('/x')) as Verdict
    expect(verdict.visitor.ipText).toBe('')
  })

  test('a disabled rule blocks nobody', () => {
    const off = edgeWith([{ ...BLOCK, enabled: false }])
    expect(off.decide(requestWith('/admin'), PEER)).toMatchObject({ action: 'pass' })
  })
})

describe('events', () => {
  test('a refusal is not decided before its events are committed', async () => {
    const held = heldStore()
    const edge = edgeWith([BLOCK], { store: held.store })
    const judged = edge.judge(requestWith('/admin'), PEER)
    expect(await isSettled(judged)).toBe(false)
    expect(held.appended).toHaveLength(1)
    held.commit()
    expect(await isSettled(judged)).toBe(true)
  })

  test('of one Ray ID are appended at once', async () => {
    const held = heldStore()
    const edge = edgeWith([LOG, BLOCK], { store: held.store })
    const judged = edge.judge(requestWith('/admin'), PEER)
    held.commit()
    const { ray } = await judged
    expect(held.appended).toMatchObject([
      [
        { ray, action: 'log', matchIndex: 1 },
        { ray, action: 'block', matchIndex: 0 },
      ],
    ])
  })

  test('a request that passes appends none', () => {
    const held = heldStore()
    edgeWith([LOG, BLOCK], { store: held.store }).decide(requestWith('/x'), PEER)
    expect(held.appended).toEqual([])
  })

  test('each carry the time of their own request', () => {
    vi.useFakeTimers()
    const edge = edgeWith([LOG])
    const times = [
      '2026-11-23T05:30:00.000Z',
      '2026-11-23T05:30:00.001Z',
      '2026-11-24T00:00:00.000Z',
    ]
    for (const time of times) {
      vi.setSystemTime(new Date(time))
      expect((edge.decide(requestWith('/a'), PEER) as Verdict).event?.time).toBe(time)
    }
  })

  test('a store that keeps none has none made, and nothing waits', () => {
    const append = vi.fn(async () => {})
    const store = { ...noStore(), append }
    const edge = edgeWith([LOG, BLOCK], { store })
    const refused = edge.decide(requestWith('/admin'), PEER) as Verdict
    expect(refused).toBeInstanceOf(Verdict)
    expect(refused).toMatchObject({ action: 'block', answer: { status: 403 }, event: undefined })
    expect(refused.matches).toHaveLength(2)
    const logged = edge.decide(requestWith('/a'), PEER)
    expect(logged).toMatchObject({ action: 'log', event: undefined, answer: undefined })
    expect(append).not.toHaveBeenCalled()
    expect(edge.stats).toMatchObject({ judged: 2, blocked: 1, lost: 0 })
  })

  test('have the data centre and the redacted query', async () => {
    const edge = edgeWith([BLOCK], { colo: 'LHR', redactQuery: ['token'] })
    const { event } = await edge.judge(requestWith('/admin?token=x&page=2'), PEER)
    expect(event).toMatchObject({ colo: 'LHR', query: '?token=REDACTED&page=2' })
    const plain = edgeWith([BLOCK])
    const { event: whole } = await plain.judge(requestWith('/admin?token=x'), PEER)
    expect(whole).toMatchObject({ colo: 'LOC', query: '?token=x' })
  })
})

describe('a store that fails', () => {
  const FAILURE = new EdgeError('store_failed', 'the disk is full')

  test('is counted and told by event; the visitor is refused all the same', async () => {
    const held = heldStore()
    const onError = vi.fn()
    const edge = edgeWith([LOG, BLOCK], { store: held.store, onError })
    const judged = edge.judge(requestWith('/admin'), PEER)
    held.fail(FAILURE)
    expect(await judged).toMatchObject({ action: 'block', answer: { status: 403 } })
    expect(edge.stats).toMatchObject({ judged: 1, blocked: 1, lost: 2 })
    expect(onError).toHaveBeenCalledExactlyOnceWith(FAILURE)
  })

  test('is counted for requests that did not wait', async () => {
    const held = heldStore()
    const edge = edgeWith([LOG], { store: held.store })
    edge.decide(requestWith('/a'), PEER)
    edge.decide(requestWith('/a'), PEER)
    held.fail(FAILURE)
    await turn()
    expect(edge.stats).toMatchObject({ judged: 2, blocked: 0, lost: 2 })
  })
})

describe('close()', () => {
  test('waits for pending events, then releases the sources, then the store', async () => {
    const held = heldStore()
    const onClose = vi.fn(() => expect(held.isClosed).toBe(false))
    const edge = edgeWith([LOG], { store: held.store, onClose })
    edge.decide(requestWith('/a'), PEER)
    const closed = edge.close()
    expect(await isSettled(closed)).toBe(false)
    expect(onClose).not.toHaveBeenCalled()
    expect(held.isClosed).toBe(false)
    held.commit()
    await closed
    expect(onClose).toHaveBeenCalledOnce()
    expect(held.isClosed).toBe(true)
  })

  test('rejects where the store cannot be closed', async () => {
    const store = { ...memoryStore(), close: () => Promise.reject(new Error('still open')) }
    await expect(edgeWith([], { store }).close()).rejects.toThrow('still open')
  })
})

describe('stats', () => {
  test('count what is judged and what is blocked', async () => {
    const edge = edgeWith([SKIP, LOG, BLOCK])
    for (const path of ['/x', '/a', '/admin?key', '/admin', '/admin']) {
      await edge.judge(requestWith(path), PEER)
    }
    expect(edge.stats).toMatchObject({ judged: 5, blocked: 2, lost: 0 })
  })
})

describe('answers', () => {
  test('a refusal tells the code, the page and the Ray ID', async () => {
    const edge = edgeWith([{ ...BLOCK, page: { code: 1009 } }], { colo: 'LHR' })
    const verdict = await edge.judge(requestWith('/admin', ['Accept', 'application/json']), PEER)
    const body = JSON.parse(String(verdict.answer!.body))
    expect(body).toMatchObject({ error_code: 1009, ray_id: verdict.ray })
    expect(verdict.answer!.headers).toMatchObject({ 'CF-RAY': `${verdict.ray}-LHR` })
  })

  test('take the edge’s options', async () => {
    const edge = edgeWith([BLOCK], { answers: { page: { generation: 'g1' } } })
    const headers = ['Accept', 'text/html', 'Accept-Encoding', 'gzip']
    const { answer } = await edge.judge(requestWith('/admin', headers), PEER)
    expect(String(answer!.body)).toContain('class="cf-error-code">1020')
  })

  test('and their events have the code of the page for all rules', async () => {
    const edge = edgeWith([BLOCK], { answers: { page: { code: 1007 } } })
    const { answer, event } = await edge.judge(requestWith('/admin'), PEER)
    expect([answer?.code, event?.answer?.code]).toEqual([1007, 1007])
  })

  test('refuse() answers for the origin, with the Ray ID of the request', async () => {
    const edge = edgeWith([], { colo: 'LHR' })
    const verdict = await edge.judge(requestWith('/x'), PEER)
    const answer = await edge.refuse(521, verdict)
    expect(answer.status).toBe(521)
    expect(answer.headers).toMatchObject({ 'CF-RAY': `${verdict.ray}-LHR` })
    expect((await edge.store.page()).events).toEqual([])
  })

  test('failOrigin() keeps an event with the code and the reason before it answers', async () => {
    const { store, appended, commit } = heldStore()
    const edge = edgeWith([], { store })
    const verdict = await edge.judge(requestWith('/x'), PEER)
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:3000')
    const failing = edge.failOrigin(521, verdict, cause)
    expect(await isSettled(failing)).toBe(false)
    expect(appended).toHaveLength(1)
    commit()
    expect((await failing).status).toBe(521)
  })

  test('an origin error is found by its Ray ID, beside what rules logged', async () => {
    const edge = edgeWith([{ ...BLOCK, action: 'log' }])
    const verdict = await edge.judge(requestWith('/admin?a=b'), PEER)
    const answer = await edge.failOrigin(521, verdict, new Error('connect ECONNREFUSED'))
    const found = await edge.store.find(verdict.ray)
    expect(found.found && found.events).toEqual([
      expect.objectContaining({ kind: 'firewall', action: 'log', status: 0 }),
      expect.objectContaining({
        kind: 'origin_error',
        action: 'origin_error',
        source: 'origin',
        rule: { id: '', name: '' },
        phasePath: 'ip-access > zone-lockdown > user-agents > custom-rules > rate-limits',
        path: '/admin',
        query: '?a=b',
        status: 521,
        answer: { code: 521, type: answer.headers['Content-Type']!.split(';')[0] },
        notes: ['the origin failed: connect ECONNREFUSED'],
      }),
    ])
  })

  test('an origin error waits for no store that keeps nothing', async () => {
    const edge = edgeWith([], { store: noStore() })
    const verdict = await edge.judge(requestWith('/x'), PEER)
    expect((await edge.failOrigin(521, verdict)).status).toBe(521)
  })
})

describe('Ray IDs', () => {
  test('have the data centre and instance, and are new each time', async () => {
    const edge = edgeWith([], { colo: 'LHR', instance: 3 })
    const other = edgeWith([], { instance: 4 })
    expect([edge.colo, other.colo]).toEqual(['LHR', 'LOC'])
    const rayOf = async (of: typeof edge) => (await of.judge(requestWith('/'), PEER)).rayHeader
    const [first, second] = [await rayOf(edge), await rayOf(edge)]
    expect(first).toMatch(/^[\da-f]{16}-LHR$/)
    expect(second).not.toBe(first)
    expect(second.slice(14, 16)).toBe(first.slice(14, 16))
    expect((await rayOf(other)).slice(14, 16)).not.toBe(first.slice(14, 16))
  })
})

test('isEdge tells an edge from options', () => {
  expect(isEdge(edgeWith([]))).toBe(true)
  expect(isEdge({ ...edgeWith([]) })).toBe(true)
  expect(isEdge({ rules: [] })).toBe(false)
  expect(isEdge({ decide: () => {} })).toBe(false)
  expect(isEdge({ judge: () => {} })).toBe(false)
})
