import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Edge } from '../../edge.ts'
import type { WatchedResponse } from '../../request/watch-response.ts'
import type { Verdict } from '../../verdict.ts'
import { answerRefused } from '../answer-refused.ts'
import type { NodeResponse } from '../ray-header.ts'
import { announceRay } from '../ray-header.ts'
import { passNodeHeaders } from '../request-headers.ts'
import { dropUnread } from '../unread.ts'
import { sendOnNode } from './send.ts'

declare module 'node:http' {
  interface IncomingMessage {
    /** The request's Ray ID: 16 hex digits, as on the page and in events. */
    rayId?: string
  }
}

export type NodeMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void
) => void

/**
 * Mounts an edge in front of a `node:http` handler, or as Express/Connect middleware, which answers blocked requests. A passing
 * request gets `req.rayId`, the `CF-RAY` response header, and the edge's request headers (`CF-Ray`, `CF-Connecting-IP` and others).
 */
export const mountNode = (edge: Edge): NodeMiddleware =>
  function edge1020(request, response, next) {
    const answerOrPass = (verdict: Verdict) => {
      if (answerRefused(verdict, response, sendOnNode)) return
      request.rayId = verdict.ray
      announceRay(verdict.rayHeader, request, response as unknown as NodeResponse)
      passNodeHeaders(verdict, request)
      verdict.responseWatch?.watchNode(response as unknown as WatchedResponse)
      next()
    }
    const answerOrPassLater = (verdict: Verdict) => {
      // During the upload of the body the visitor disconnected, or other code has answered.
      if (request.readableAborted || response.headersSent) return
      dropUnread(request, response, verdict.isRefused)
      answerOrPass(verdict)
    }
    let verdict: ReturnType<Edge['decide']>
    try {
      verdict = edge.decide(request, request.socket)
    } catch (error) {
      next(error)
      return
    }
    // An error of the app must not cause a second call of the app.
    if (verdict instanceof Promise) void verdict.then(answerOrPassLater, next)
    else answerOrPass(verdict)
  }
