import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { Agent, Dispatcher, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { wrong } from '../control/given.ts'

/** Ends an interception. */
export interface Interception {
  stop(): void
  [Symbol.dispose](): void
}

/** A redirection of connections from some hosts to an edge. */
interface Detour {
  readonly matches: (hostname: string, port: string) => boolean
  readonly open: (isSecure: boolean) => Socket
  readonly agent: Agent
}

/** The detours of all edges in this process, newest first. The list is global because the patched functions are global. */
const detours: Detour[] = []
let restore: (() => void) | undefined

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

const detourOf = (hostname: string, port: string): Detour | undefined =>
  detours.find(({ matches }) => matches(hostname, port))

/** Connection options of `node:http`. */
interface ConnectOptions {
  host?: string | null
  hostname?: string | null
  port?: number | string | null
  socketPath?: string
}

type CreateConnection = (options: ConnectOptions, done?: unknown) => unknown

interface Patchable {
  createConnection: CreateConnection
}

/** Patches an agent class of `node:http`. Agents of other classes are not affected. Returns a function that removes the patch. */
const patch = (agent: Patchable, isSecure: boolean): (() => void) => {
  const { createConnection } = agent
  agent.createConnection = function detoured(this: unknown, options, done) {
    const host = options.hostname ?? options.host ?? 'localhost'
    const port = String(options.port ?? (isSecure ? 443 : 80))
    const detour = options.socketPath ? undefined : detourOf(host, port)
    return detour === undefined ? createConnection.call(this, options, done) : detour.open(isSecure)
  }
  return () => {
    agent.createConnection = createConnection
  }
}

/** Redirects requests of `fetch` and undici to the edge that intercepts their host. */
class DetourDispatcher extends Dispatcher {
  constructor(readonly otherwise: Dispatcher) {
    super()
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler
  ): boolean {
    const { protocol, hostname, port } = new URL(String(options.origin))
    const detour = detourOf(hostname, port || DEFAULT_PORTS[protocol] || '')
    return (detour?.agent ?? this.otherwise).dispatch(options, handler)
  }
}

const install = (): void => {
  const otherwise = getGlobalDispatcher()
  setGlobalDispatcher(new DetourDispatcher(otherwise))
  const undo = [
    patch(HttpAgent.prototype as unknown as Patchable, false),
    patch(HttpsAgent.prototype as unknown as Patchable, true),
  ]
  restore = () => {
    for (const one of undo) one()
    if (getGlobalDispatcher() instanceof DetourDispatcher) setGlobalDispatcher(otherwise)
  }
}

const HOST = /^(\*\.)?([a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i

/** Returns a function that matches a host and port. @throws EdgeError `invalid_test` */
const matcherOf = (host: unknown): Detour['matches'] => {
  const named = typeof host === 'string' && URL.canParse(host) ? new URL(host) : undefined
  // `shop.example:8080` also parses as a URL with the scheme `shop.example`.
  const text = named !== undefined && named.host !== '' ? named.host : host
  const [, star, name, port] = (typeof text === 'string' && HOST.exec(text)) || []
  if (name === undefined) {
    throw wrong(
      'intercept',
      host,
      "a host, e.g. 'shop.example', '*.shop.example', 'localhost:3000'"
    )
  }
  const wanted = name.toLowerCase()
  return (hostname, asked) => {
    const given = hostname.toLowerCase()
    const fits = star === undefined ? given === wanted : given.endsWith(`.${wanted}`)
    return fits && (port === undefined || port === asked)
  }
}

/**
 * Redirects all connections of this process from some hosts to an edge: those of `fetch`, undici, `node:http`, `node:https`, and the
 * clients that use them (axios, got, node-fetch, superagent). HTTPS needs no certificate.
 *
 * @param edge its port, and a function that gets the client port of each connection that was meant for HTTPS
 * @throws EdgeError `invalid_test`
 */
export const intercept = (
  hosts: readonly unknown[],
  edge: { readonly port: number; secured(clientPort: number): void }
): Interception => {
  if (hosts.length === 0) throw wrong('intercept', hosts, "at least one host, e.g. 'shop.example'")
  const matchers = hosts.map(matcherOf)
  const open = (isSecure: boolean): Socket => {
    const socket = connect(edge.port, '127.0.0.1')
    socket.setNoDelay(true)
    if (isSecure) socket.once('connect', () => edge.secured(socket.localPort!))
    return socket
  }
  const agent = new Agent({
    connect: ({ protocol }, done) => {
      const socket = open(protocol === 'https:')
      const onError = (error: Error) => done(error, null)
      socket.once('error', onError)
      socket.once('connect', () => {
        socket.off('error', onError)
        done(null, socket)
      })
    },
  })
  const detour: Detour = {
    matches: (hostname, port) => matchers.some((matches) => matches(hostname, port)),
    open,
    agent,
  }
  detours.unshift(detour)
  if (restore === undefined) install()
  const stop = () => {
    const place = detours.indexOf(detour)
    if (place === -1) return
    detours.splice(place, 1)
    void agent.destroy()
    if (detours.length > 0) return
    restore?.()
    restore = undefined
  }
  return { stop, [Symbol.dispose]: stop }
}
