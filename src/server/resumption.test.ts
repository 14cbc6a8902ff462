import { createServer as createPlain } from 'node:http'
import { Agent, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { certificate } from '../proxy/tls.fixture.ts'
import { refuseResumption } from './resumption.ts'
import { type Site, site, TLS } from './serve.fixture.ts'
import type { ServeOptions } from './serve.ts'
import { attachTls } from './tls-front.ts'

interface Visit {
  status: number
  isResumed: boolean
}

/** A client that stores session tickets and opens a connection for each request. */
const client = (url: string, maxVersion: 'TLSv1.2' | 'TLSv1.3') => {
  const agent = new Agent({ ca: certificate, maxVersion, keepAlive: false })
  onTestFinished(() => agent.destroy())
  return (): Promise<Visit> =>
    new Promise((resolve, reject) => {
      const request = get(url, { agent }, (response) => {
        const socket = response.socket as unknown as { isSessionReused(): boolean }
        const isResumed = socket.isSessionReused()
        response.resume().on('end', () => resolve({ status: response.statusCode!, isResumed }))
      })
      request.on('error', reject)
    })
}

/** Opens three connections of one client and returns their fingerprints. */
const thrice = async (
  { url, edge }: Site,
  version: 'TLSv1.2' | 'TLSv1.3'
): Promise<{ resumed: boolean[]; ja3: Set<string>; ja4: Set<string> }> => {
  const visit = client(url, version)
  const visits: Visit[] = []
  for (let i = 0; i < 3; i++) visits.push(await visit())
  const events = await edge.store.query({})
  expect(events).toHaveLength(3)
  return {
    resumed: visits.map(({ isResumed }) => isResumed),
    ja3: new Set(events.map(({ ja3 }) => ja3!)),
    ja4: new Set(events.map(({ ja4 }) => ja4!)),
  }
}

const all = (options: Partial<ServeOptions> = {}) =>
  site((_, response) => void response.end(), { block: 'true', ...options })

describe('a client that tries to resume its session', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('has one fingerprint with %s', async (version) => {
    const edge = await all()
    const { resumed, ja3, ja4 } = await thrice(edge, version)
    expect(resumed).toEqual([false, false, false])
    expect([ja3.size, ja4.size]).toEqual([1, 1])
    expect(edge.errors).not.toHaveBeenCalled()
  })

  test('is blocked by a rule on its JA4 each time', async () => {
    const [ja4] = (await thrice(await all(), 'TLSv1.3')).ja4
    const block = `cf.bot_management.ja4 eq "${ja4}"`
    const { url } = await site((_, response) => void response.end(), { block })
    const visit = client(url, 'TLSv1.3')
    for (let i = 0; i < 3; i++) expect((await visit()).status).toBe(403)
  })

  test('can resume with tlsResumption, and then has another fingerprint', async () => {
    const { resumed, ja3, ja4 } = await thrice(await all({ tlsResumption: true }), 'TLSv1.3')
    expect(resumed).toEqual([false, true, true])
    expect([ja3.size, ja4.size]).toEqual([2, 2])
  })
})

/** Counts the tickets that a client gets on one connection to the port. */
const ticketsFrom = (port: number, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<number> =>
  new Promise((resolve, reject) => {
    let tickets = 0
    const socket = connect({ port, host: '127.0.0.1', ca: certificate, maxVersion })
    socket.on('session', () => {
      // In TLS 1.2, a session without a ticket has only an ID.
      if (maxVersion === 'TLSv1.3' || socket.getTLSTicket() !== undefined) tickets++
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(tickets))
    socket.resume().write('GET / HTTP/1.0\r\n\r\n')
  })

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a renewed certificate does not enable tickets again with %s',
  async (version) => {
    for (const resumption of [false, true]) {
      const http = createPlain((_, response) => void response.end())
      const front = attachTls(http, {
        certificate: TLS,
        protocols: ['http/1.1'],
        proxyProtocol: undefined,
        resumption,
        timeoutMs: 10_000,
        onRefused: (socket) => socket.destroy(),
        onSecure: (socket, _, takeHttp) => takeHttp(socket),
      })
      expect(front.isResumptionHonoured).toBe(true)
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void http.close())
      const { port } = http.address() as AddressInfo
      const before = await ticketsFrom(port, version)
      front.setCertificate(TLS)
      const after = await ticketsFrom(port, version)
      expect([before > 0, after > 0]).toEqual([resumption, resumption])
    }
  }
)

test('detects a Node version that cannot disable tickets', () => {
  const server = createServer(TLS) as Server & { _sharedCreds?: unknown }
  expect(refuseResumption(server)).toBe(true)
  server._sharedCreds = undefined
  expect(refuseResumption(server)).toBe(false)
})
