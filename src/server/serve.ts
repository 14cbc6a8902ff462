import { controlOf } from '../control/controls.ts'
import type { Edge } from '../edge.ts'
import type { EdgeError } from '../error.ts'
import { messageOf } from '../error.ts'
import type { OriginProxy } from '../proxy/proxy.ts'
import { createProxy } from '../proxy/proxy.ts'
import type { TlsOption } from './certificate.ts'
import { startDemoOrigin } from './demo.ts'
import type { AdminServeOptions } from './edge-admin.ts'
import { startEdgeAdmin } from './edge-admin.ts'
import { createListener } from './listen.ts'
import { createSite } from './site.ts'

export interface ServeOptions {
  edge: Edge
  /** The origin. Default: the built-in demo site. */
  upstream?: string
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 for any free port. */
  port?: number
  adminPort?: number
  /** Access to the admin port. Default: full access from this machine. */
  admin?: AdminServeOptions
  /** The user's names of the two ports, for the message about a port in use. Default `port` and `adminPort`. */
  portOptions?: { port: string; adminPort: string }
  /**
   * HTTPS instead of HTTP, including HTTP/2, with TLS fingerprints for the rules. PEM files by their paths, or PEM texts. The server
   * reads files again when they change. `self-signed`: a temporary certificate for localhost.
   */
  tls?: TlsOption
  /** Lets TLS clients resume sessions. A resumed connection has a different JA3 and JA4. Default false. */
  tlsResumption?: boolean
  /** Peers that must start each connection with a PROXY header. From other peers such a header is an invalid request. */
  proxyProtocol?: (peerAddress: string) => boolean
  /** Gets faults of the server. Visitors get an answer anyway. */
  onError?: (error: EdgeError | Error) => void
}

export interface Served {
  readonly url: string
  readonly admin: string
  /** The generated token of the admin port, if the port is reachable from elsewhere and no token was given. */
  readonly adminToken: string | undefined
  /** The origin of passing requests. */
  readonly upstream: string
  /** Stops accepting connections, finishes running requests, commits pending events and closes the edge. */
  close(): Promise<void>
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(messageOf(error))

/** Runs each step even if an earlier one failed; throws the first failure. */
const inTurn = async (steps: readonly (() => Promise<unknown>)[]) => {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/**
 * Runs the edge as a reverse proxy with its admin port. The edge answers blocked requests; passing requests go to the origin.
 *
 * @throws EdgeError `port_in_use`, `invalid_host`, `invalid_upstream`, `invalid_tls`, after it has stopped the parts that had started
 * @example const { url, close } = await serve({ edge, upstream: 'http://127.0.0.1:3000', port: 8020 })
 */
export const serve = async ({
  edge,
  upstream,
  host = '127.0.0.1',
  port = 0,
  adminPort = 0,
  admin: adminOptions = {},
  portOptions = { port: 'port', adminPort: 'adminPort' },
  tls,
  tlsResumption,
  proxyProtocol,
  onError = () => {},
}: ServeOptions): Promise<Served> => {
  const started: (() => Promise<unknown>)[] = []
  const stop = () => inTurn([...started])
  const report = (error: unknown) => onError(asError(error))
  try {
    let proxy: OriginProxy | undefined
    if (upstream === undefined) {
      const demo = await startDemoOrigin()
      started.unshift(demo.close)
      proxy = createProxy({ upstream: demo.url, onError })
    } else proxy = createProxy({ upstream, onError })
    const origin = proxy
    started.unshift(() => origin.close())

    const site = createSite(edge, origin, controlOf(edge))
    const listener = await createListener({
      host,
      port,
      portOption: portOptions.port,
      tls,
      tlsResumption,
      proxyProtocol,
      onError: report,
      handler: site.request,
      http2: site.request,
      upgrade: site.upgrade,
    })
    started.unshift(listener.close)

    const admin = await startEdgeAdmin(edge, adminOptions, {
      port: adminPort,
      portOption: portOptions.adminPort,
      onError: report,
      visitorUrl: listener.url,
    })
    started.splice(1, 0, admin.close)

    return {
      url: listener.url,
      admin: admin.url,
      adminToken: admin.generatedToken,
      upstream: origin.upstream,
      close: () => {
        // No caller waits for an event that cannot come.
        controlOf(edge)?.end()
        return inTurn([...started, edge.close])
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
