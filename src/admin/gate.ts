import type { Answer } from '../answers/answer.ts'
import { problem, seeOther } from './answer.ts'
import { type Attempts, createAttempts } from './attempts.ts'
import type { Audit, Credential } from './audit.ts'
import { isOwnHost } from './host.ts'
import { foreignOrigin } from './origin.ts'
import { type AdminRequest, headerOf } from './request.ts'
import type { Route } from './route.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { checkToken, tokenCheck } from './token.ts'

const UNKNOWN_PEER = 'unknown'

export interface GateOptions {
  /** Host names of the admin port besides `localhost` and IP addresses. */
  readonly hosts?: readonly string[]
  /** Absent: the port trusts everyone who can reach it. */
  readonly token?: string | undefined
  /** Refuses every change of the edge. */
  readonly readOnly?: boolean
  readonly audit: Audit
  /** Called if the audit log could not record a login. The login still succeeds. */
  readonly onError?: (error: unknown) => void
  readonly now?: () => number
}

/** The caller and the credential. */
export interface Entry {
  readonly by: Credential
  readonly isKnown: boolean
  readonly from: string
}

/** The access checks of the admin port. */
export interface Gate {
  /** Checks host and origin, before anything else of a request. */
  refuseForeign(request: AdminRequest): Answer | undefined
  /** Checks the token and the read-only mode. */
  enter(request: AdminRequest, route: Route): Promise<Entry | Answer>
  /** Exchanges a token for a session. @returns its cookie */
  login(request: AdminRequest, token: string): Promise<Answer | { cookie: string }>
  logout(request: AdminRequest): string
  readonly asksForToken: boolean
}

/** Returns true if the gate refused the request. */
export const isRefused = (entry: Entry | Answer): entry is Answer => 'status' in entry

const BEARER = /^Bearer +(\S+) *$/i

/** Redirects browsers to the form, and tells programs the missing header. */
const wantsPage = (request: AdminRequest): boolean =>
  request.method === 'GET' && (headerOf(request, 'accept') ?? '').includes('text/html')

const unauthorized = (request: AdminRequest): Answer =>
  wantsPage(request)
    ? seeOther('/login')
    : problem(
        {
          status: 401,
          code: 'token_needed',
          detail: 'this port requires its token: expected the header "Authorization: Bearer TOKEN"',
          place: { header: 'authorization' },
        },
        { 'WWW-Authenticate': 'Bearer realm="edge1020 admin"' }
      )

const wrongToken = (header: string): Answer =>
  problem(
    {
      status: 401,
      code: 'wrong_token',
      detail: 'this is not the token of this port',
      place: { header },
    },
    { 'WWW-Authenticate': 'Bearer realm="edge1020 admin", error="invalid_token"' }
  )

const lockedOut = (seconds: number): Answer =>
  problem(
    {
      status: 429,
      code: 'too_many_attempts',
      detail: `too many wrong tokens from this address: try again in ${seconds} seconds`,
    },
    { 'Retry-After': String(seconds) }
  )

/** @throws EdgeError `invalid_admin_token` */
export const createGate = ({
  hosts = [],
  token,
  readOnly = false,
  audit,
  onError = () => {},
  now = Date.now,
}: GateOptions): Gate => {
  if (token !== undefined) checkToken(token)
  const names = new Set(hosts.map((host) => host.toLowerCase()))
  const isToken = token === undefined ? undefined : tokenCheck(token)
  const attempts: Attempts = createAttempts(now)
  const sessions: Sessions = createSessions(now)
  const peerOf = ({ peer }: AdminRequest) => peer ?? UNKNOWN_PEER

  const note = (entry: Parameters<Audit['write']>[0]) => audit.write(entry).catch(onError)

  /** Checks one token, within the limit of attempts per address. */
  const tryToken = async (
    request: AdminRequest,
    given: string,
    header: string
  ): Promise<Answer | undefined> => {
    const from = peerOf(request)
    const wait = attempts.waitSeconds(from)
    if (wait > 0) return lockedOut(wait)
    if (isToken?.(given) === true) {
      attempts.succeeded(from)
      return undefined
    }
    if (attempts.failed(from)) {
      await note({ what: 'locked out', from, by: 'none', reason: 'too many wrong tokens' })
    }
    return wrongToken(header)
  }

  const identify = async (request: AdminRequest): Promise<Credential | Answer> => {
    if (isToken === undefined) return 'none'
    const authorization = headerOf(request, 'authorization')
    if (authorization !== undefined) {
      const given = BEARER.exec(authorization)?.[1]
      if (given === undefined) return unauthorized(request)
      return (await tryToken(request, given, 'authorization')) ?? 'bearer'
    }
    return sessions.has(headerOf(request, 'cookie'), peerOf(request))
      ? 'session'
      : unauthorized(request)
  }

  return {
    asksForToken: isToken !== undefined,
    refuseForeign: (request) => {
      const host = headerOf(request, 'host')
      if (!isOwnHost(host, names)) {
        return problem({
          status: 403,
          code: 'foreign_host',
          detail:
            'this port only answers to localhost, IP addresses and its configured names (--admin-name)',
          place: { header: 'host', value: host ?? '' },
        })
      }
      const foreign = foreignOrigin(request)
      if (foreign === undefined) return undefined
      return problem({
        status: 403,
        code: 'foreign_origin',
        detail: 'this port does not answer requests from pages of other sites',
        place: foreign,
      })
    },
    enter: async (request, route) => {
      const from = peerOf(request)
      const by = await identify(request)
      const isKnown = typeof by === 'string'
      // A wrong token gets an error on an open route too, because its sender believes that it is right.
      if (!isKnown && !(route.open === true && headerOf(request, 'authorization') === undefined)) {
        return by
      }
      if (route.changes === true && readOnly) {
        return problem({
          status: 403,
          code: 'read_only',
          detail: 'this port was started with --admin-read-only and changes nothing',
        })
      }
      return { by: isKnown ? by : 'none', isKnown, from }
    },
    login: async (request, given) => {
      const refused = await tryToken(request, given, 'token')
      const from = peerOf(request)
      if (refused !== undefined) return refused
      await note({ what: 'login', from, by: 'token' })
      return { cookie: sessions.open(from, request.encrypted === true) }
    },
    logout: (request) => sessions.end(headerOf(request, 'cookie')),
  }
}
