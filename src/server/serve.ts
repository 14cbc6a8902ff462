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
  /** The origin; absent: the built-in demo site. */
  upstream?: string
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 for any free port. */
  port?: number
  adminPort?: number
  /** Who reaches the admin port, and what they may do there. Default: this machine, everything. */
  admin?: AdminServeOptions
  /** How the user gives the two ports, for the message about one that is in use. Default `port` and `adminPort`. */
  portOptions?: { port: string; adminPort: string }
  /**
   * HTTPS instead of HTTP, HTTP/2 included, with TLS fingerprints for the rules. PEM by the paths of its files, or itself;
   * files are read again when they change. `self-signed`: a certificate for localhost that is gone with the process.
   */
  tls?: TlsOption
  /** Lets TLS clients resume their sessions; the JA3 and JA4 of a resumed connection are others. Default false. */
  tlsResumption?: boolean
  /** Which peers begin each connection with a PROXY header (they must). Of all others such a header is no valid request. */
  proxyProtocol?: (peerAddress: string) => boolean
  /** Told of what went wrong while serving; visitors are answered all the same. */
  onError?: (error: EdgeError | Error) => void
}

export interface Served {
  readonly url: string
  readonly admin: string
  /** The token of the admin port, where one was made: it is reachable from elsewhere, and none was given. */
  readonly adminToken: string | undefined
  /** Where passing requests go. */
  readonly upstream: string
  /** Stops accepting, lets requests under way finish, commits what is pending. Closes the edge too. */
  close(): Promise<void>
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(messageOf(error))

/** Runs each step even where one before it failed; throws the first failure. */
const inTurn = async (steps: readonly (() => Promise<unknown>)[]) => {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/**
 * The edge as a reverse proxy with its admin side: blocked requests are answered here, passing ones go to the origin.
 *
 * @throws EdgeError `port_in_use`, `invalid_host`, `invalid_upstream`, `invalid_tls`; what was already started is stopped again
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
        // Nobody waits for an event that cannot come.
        controlOf(edge)?.end()
        return inTurn([...started, edge.close])
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
