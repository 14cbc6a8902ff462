import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { get, portOf, raw } from '../../test/cli.ts'
import { createEdge } from '../edge.ts'
import type { EventStore } from '../events/event.ts'
import { memoryStore } from '../events/memory.ts'
import { eventually } from '../eventually.fixture.ts'
import { closedPort, httpOrigin } from '../proxy/sockets.fixture.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { type ServeOptions, serve } from './serve.ts'

const RULES = [
  { name: 'log', when: { path: '/log' }, action: 'log' },
  { name: 'off', when: { path: '/off' }, action: 'block', enabled: false },
  { name: 'curl', when: { user_agent: 'curl' }, action: 'block' },
]

const edgeOf = (store: EventStore = memoryStore(), options = {}) =>
  createEdge({
    ruleset: rulesFromObjects([{ rules: RULES }]),
    store,
    colo: 'LHR',
    onError: () => {},
    ...options,
  })

const started = async (options: ServeOptions) => {
  const served = await serve(options)
  let isClosed = false
  const close = async () => {
    isClosed = true
    await served.close()
  }
  onTestFinished(() => (isClosed ? undefined : served.close()))
  return { ...served, close }
}

/** An edge in front of an origin that returns its request. */
const inFront = async (
  edge = edgeOf(),
  origin: RequestListener = (request, response) => {
    const { url, rawHeaders } = request
    response.end(JSON.stringify({ url, rawHeaders }))
  }
) => {
  const asked = vi.fn((request: IncomingMessage) => request.url)
  const { url: upstream } = await httpOrigin((request, response) => {
    asked(request)
    origin(request, response)
  })
  const served = await started({ edge, upstream })
  return { ...served, edge, asked }
}

const BLOCKED = { headers: { 'user-agent': 'curl', accept: 'application/json' } }

const health = async (admin: string) => JSON.parse((await get(`${admin}/healthz`)).body)

/** A store whose commits wait until the test releases them. */
const slowStore = () => {
  const store = memoryStore()
  const waiting: (() => void)[] = []
  const append = vi.fn(async (events: Parameters<EventStore['append']>[0]) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
    await store.append(events)
  })
  const close = vi.fn(() => store.close())
  return {
    store: { ...store, append, close },
    letGo: () => {
      for (const go of waiting.splice(0)) go()
    },
  }
}

const pause = () => new Promise((done) => setTimeout(done, 30))

describe('a request that is refused', () => {
  test('is answered only after its event is committed', async () => {
    const { store, letGo } = slowStore()
    const { url, asked } = await inFront(edgeOf(store))
    const done = vi.fn()
    const answer = get(url, BLOCKED)
    void answer.then(done)
    await eventually(() => expect(store.append).toHaveBeenCalledOnce())
    await pause()
    expect(done).not.toHaveBeenCalled()
    letGo()
    const { status, body, headers } = await answer
    expect(status).toBe(403)
    const { ray_id: ray, error_code: code } = JSON.parse(body)
    expect(code).toBe(1020)
    expect(headers['cf-ray']).toBe(`${ray}-LHR`)
    expect(await store.find(ray)).toMatchObject({ found: true })
    expect(asked).not.toHaveBeenCalled()
  })

  test('with an upgrade is answered on its socket, with the Ray ID of its event', async () => {
    const { url, edge, asked } = await inFront()
    const text = await raw(
      url,
      'GET /ws HTTP/1.1\r\nHost: a.test\r\nUser-Agent: curl\r\nAccept: application/json\r\n' +
        'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    )
    expect(text).toMatch(/^HTTP\/1\.1 403 /)
    const ray = /^cf-ray: (.+)-LHR/im.exec(text)![1]!
    expect(await edge.store.find(ray)).toMatchObject({ found: true, events: [{ path: '/ws' }] })
    expect(asked).not.toHaveBeenCalled()
  })

  test('leaves the connection usable, even after an upload', async () => {
    const { url } = await inFront()
    const text = await raw(
      url,
      'POST /up HTTP/1.1\r\nHost: a.test\r\nUser-Agent: curl\r\nContent-Length: 5\r\n\r\nhello' +
        'GET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
    )
    expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200'])
    expect(text).toContain('"/next"')
  })
})

describe('a request that passes', () => {
  test('reaches the origin with the edge’s headers instead of the visitor’s', async () => {
    const { url } = await inFront()
    const { headers, body } = await get(`${url}/a?b=c`, {
      headers: {
        'true-client-ip': '6.6.6.6',
        'cf-connecting-ip': '6.6.6.6',
        'x-edge-ip': '6.6.6.6',
        'x-forwarded-proto': 'https',
        'x-keep': 'me',
      },
    })
    const seen = JSON.parse(body)
    expect(seen.url).toBe('/a?b=c')
    const at = (name: string) =>
      seen.rawHeaders.filter(
        (_: string, i: number) => i % 2 === 1 && seen.rawHeaders[i - 1].toLowerCase() === name
      )
    expect(at('cf-ray')).toEqual([headers['cf-ray']])
    expect(at('cf-ray')[0]).toMatch(/^[0-9a-f]{16}-LHR$/)
    expect(at('cf-connecting-ip')).toEqual(['127.0.0.1'])
    expect(at('cf-ipcountry')).toEqual(['XX'])
    expect(at('x-forwarded-proto')).toEqual(['http'])
    expect(at('x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(at('true-client-ip')).toEqual([])
    expect(at('x-edge-ip')).toEqual([])
    expect(at('x-keep')).toEqual(['me'])
  })

  test('gets the edge’s page with its Ray ID if the origin is down', async () => {
    const upstream = `http://127.0.0.1:${await closedPort()}`
    const { url } = await started({ edge: edgeOf(), upstream })
    const { status, headers, body } = await get(url, { headers: { accept: 'application/json' } })
    expect(status).toBe(521)
    expect(headers['cf-ray']).toMatch(/^[0-9a-f]{16}-LHR$/)
    expect(body).toContain(String(headers['cf-ray']).slice(0, 16))
  })

  test('goes to the demo site if no origin is set', async () => {
    const served = await started({ edge: edgeOf() })
    expect((await get(served.url, { headers: { accept: 'text/html' } })).status).toBe(200)
    expect(served.upstream).toMatch(/^http:\/\/127\.0\.0\.1:\d+/)
  })
})

describe('/healthz', () => {
  test('counts enabled and disabled rules', async () => {
    const { admin } = await inFront()
    expect((await health(admin)).rules).toEqual({ enabled: 2, total: 3 })
  })

  test('counts the new rules after they are replaced', async () => {
    const { admin, edge } = await inFront()
    edge.replaceRules(rulesFromObjects([{ rules: RULES.slice(0, 1) }]))
    expect((await health(admin)).rules).toEqual({ enabled: 1, total: 1 })
  })

  test('counts judged and blocked requests', async () => {
    const { url, admin } = await inFront()
    expect(await health(admin)).toMatchObject({ judged: 0, blocked: 0, storeFailures: 0 })
    await get(url)
    await get(url)
    await get(url, BLOCKED)
    expect(await health(admin)).toMatchObject({ judged: 3, blocked: 1, storeFailures: 0 })
  })

  test('counts the events that could not be committed', async () => {
    const store = { ...memoryStore(), append: () => Promise.reject(new Error('disk full')) }
    const { url, admin } = await inFront(edgeOf(store))
    expect((await get(url, BLOCKED)).status).toBe(403)
    expect((await get(`${url}/log`)).status).toBe(200)
    await eventually(async () => expect(await health(admin)).toMatchObject({ storeFailures: 2 }))
  })
})

describe('the admin side', () => {
  test('finds the event behind a Ray ID in the edge’s own store', async () => {
    const { url, admin } = await inFront()
    const { ray_id: ray } = JSON.parse((await get(url, BLOCKED)).body)
    expect((await get(`${admin}/api/events/${ray}`)).body).toContain('"curl"')
  })
})

describe('closing', () => {
  test('waits for the events of requests that passed, then closes the store', async () => {
    const { store, letGo } = slowStore()
    const onClose = vi.fn()
    const { url, close } = await inFront(edgeOf(store, { onClose }))
    expect((await get(`${url}/log`)).status).toBe(200)
    const closed = vi.fn()
    const closing = close().then(closed)
    await pause()
    expect(closed).not.toHaveBeenCalled()
    expect(store.close).not.toHaveBeenCalled()
    letGo()
    await closing
    expect(onClose).toHaveBeenCalledOnce()
    expect(store.close).toHaveBeenCalledOnce()
    expect(await store.query()).toMatchObject([{ rule: { name: 'log' } }])
  })

  test('closes both ports', async () => {
    const { url, admin, upstream, close } = await started({ edge: edgeOf() })
    await close()
    for (const gone of [url, admin, upstream])
      await expect(get(gone)).rejects.toThrow('ECONNREFUSED')
  })

  test('runs all steps and throws the first failure', async () => {
    const store = { ...memoryStore(), close: () => Promise.reject(new Error('disk full')) }
    const served = await serve({ edge: edgeOf(store) })
    await expect(served.close()).rejects.toThrow('disk full')
    await expect(get(served.url)).rejects.toThrow('ECONNREFUSED')
  })
})

describe('a failed start', () => {
  const takenPort = async () => {
    const server = createTcpServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return portOf(server.address())
  }
  const freePort = closedPort

  test.each(['port', 'adminPort'] as const)('stops everything if %s is in use', async (taken) => {
    const other = await freePort()
    const ports = { port: other, adminPort: other, [taken]: await takenPort() }
    const edge = edgeOf()
    await expect(serve({ edge, ...ports })).rejects.toMatchObject({ code: 'port_in_use' })
    await expect(get(`http://127.0.0.1:${other}`)).rejects.toThrow('ECONNREFUSED')
    // The edge belongs to the caller and keeps working.
    expect((await edge.judge(new Request('http://a.test/'))).action).toBe('pass')
  })

  test('names the invalid upstream', async () => {
    await expect(serve({ edge: edgeOf(), upstream: 'ftp://a.test' })).rejects.toMatchObject({
      code: 'invalid_upstream',
    })
  })
})

test('reports failures while serving as an Error', async () => {
  const errors: unknown[] = []
  const { url: upstream } = await httpOrigin((_, response) => response.destroy())
  const edge = edgeOf()
  const decide = vi.spyOn(edge, 'decide').mockImplementation(() => {
    throw 'no Error at all'
  })
  const { url } = await started({ edge, upstream, onError: (error) => errors.push(error) })
  expect((await get(url)).status).toBe(500)
  expect(errors).toEqual([new Error('no Error at all')])
  expect(decide).toHaveBeenCalledOnce()
})
