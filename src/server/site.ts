import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isSessionCookie } from '../admin/session-cookie.ts'
import type { TestControl } from '../control/control.ts'
import type { Edge } from '../edge.ts'
import type { Send } from '../mount/answer-refused.ts'
import { answerRefused } from '../mount/answer-refused.ts'
import { sendOnNode } from '../mount/node/send.ts'
import { dropUnread } from '../mount/unread.ts'
import type { ForwardExtra } from '../proxy/exchange.ts'
import type { OriginErrorCode } from '../proxy/origin-error.ts'
import { originHeaders } from '../proxy/origin-headers.ts'
import type { OriginProxy } from '../proxy/proxy.ts'
import { socketResponse } from '../proxy/socket-response.ts'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'
import { isSingleHeader } from '../request/header-fields.ts'
import type { Verdict } from '../verdict.ts'
import { isStrippedRequestHeader } from '../visitor/stripped-headers.ts'
import type { Connection } from '../visitor/visitor.ts'

/** The origin of passing requests. */
export type SiteOrigin = Pick<OriginProxy, 'forward' | 'upgrade'>

/** Handles the requests of a listener: answers refused ones, passes the others to the origin. */
export interface Site {
  request(request: VisitorRequest, response: VisitorResponse, connection: Connection): Promise<void>
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    connection: Connection
  ): Promise<void>
}

/** The headers for the origin and for its response, for a request that passed. */
const passing = (
  edge: Edge,
  verdict: Verdict,
  request: VisitorRequest,
  connection: Connection
): ForwardExtra => {
  const { visitor, rayHeader, responseWatch } = verdict
  const { headers } = request
  return {
    requestHeaders: originHeaders({
      ip: visitor.ipText,
      country: visitor.country,
      ray: verdict.ray,
      colo: edge.colo,
      scheme: visitor.forwardedScheme ?? (connection.encrypted ? 'https' : 'http'),
      peerAddress: connection.remoteAddress,
      xForwardedFor: headers['x-forwarded-for'] as string | undefined,
      cdnLoop: headers['cdn-loop'] as string | undefined,
    }),
    strip: isStrippedRequestHeader,
    dropsCookie: isSessionCookie,
    isSingle: isSingleHeader,
    responseHeaders: [['CF-RAY', rayHeader]],
    onResponse: responseWatch?.tell,
    onOriginError: async (code, cause) => {
      const answer = await edge.failOrigin(code, verdict, cause)
      const headers = Object.entries(answer.headers).flat()
      responseWatch?.tell({ status: answer.status, headers })
      return answer
    },
  }
}

/** The same, and reports the response to the test. */
const noted = (extra: ForwardExtra, seen: ReturnType<TestControl['saw']>): ForwardExtra => ({
  ...extra,
  onResponse: (response) => {
    seen.status = response.status
    extra.onResponse?.(response)
  },
  onOriginError: async (code, cause) => {
    const answer = await extra.onOriginError(code, cause)
    seen.status = answer.status
    seen.code = code
    return answer
  },
})

/** Cuts a visitor off, like a firewall that resets connections. */
const cut = ({ socket, stream }: Pick<VisitorRequest, 'socket' | 'stream'>): void => {
  if (stream !== undefined) stream.session?.destroy()
  // On TLS, only the connection below could be reset: an end without a TLS close is as good a fault.
  else if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * @param control the wishes of a test for this edge; absent without a test
 * @example const site = createSite(edge, createProxy({ upstream }))
 */
export const createSite = (edge: Edge, origin: SiteOrigin, control?: TestControl): Site => {
  const answerFault = async (
    code: number,
    extra: ForwardExtra,
    request: VisitorRequest,
    response: VisitorResponse
  ) => {
    const answer = await extra.onOriginError(code as OriginErrorCode, undefined)
    dropUnread(request, response, true)
    sendOnNode(response, answer)
  }

  return {
    request: async (request, response, connection) => {
      const verdict = await edge.decide(request, connection)
      const seen = control?.saw(verdict)
      if (verdict.isRefused) dropUnread(request, response, true)
      if (answerRefused(verdict, response, sendOnNode)) return undefined
      if (verdict.action === 'drop') return cut(request)
      const extra = passing(edge, verdict, request, connection)
      if (seen === undefined) return origin.forward(request, response, extra)
      const fault = control?.originFault(verdict)
      return fault === undefined
        ? origin.forward(request, response, noted(extra, seen))
        : answerFault(fault, noted(extra, seen), request, response)
    },
    upgrade: async (request, socket, head, connection) => {
      const verdict = await edge.decide(request, connection)
      const seen = control?.saw(verdict)
      const sendOnUpgrade: Send<Duplex, true> = (duplex, answer) =>
        sendOnNode(socketResponse(request, duplex), answer)
      if (answerRefused(verdict, socket, sendOnUpgrade)) return
      if (verdict.action === 'drop') return cut({ socket: socket as Socket })
      const given = passing(edge, verdict, request, connection)
      const extra = seen === undefined ? given : noted(given, seen)
      const fault = control?.originFault(verdict)
      await (fault === undefined
        ? origin.upgrade(request, socket, head, extra)
        : answerFault(fault, extra, request, socketResponse(request, socket)))
    },
  }
}
