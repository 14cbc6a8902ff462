import { createHash, randomBytes } from 'node:crypto'
import { SESSION_COOKIE } from './session-cookie.ts'

const ID_BYTES = 32
const LIFETIME_SECONDS = 12 * 60 * 60
const MS_PER_SECOND = 1_000
/** Beyond that many the oldest ends. */
const MAX_SESSIONS = 100

interface Session {
  readonly peer: string
  readonly endsMs: number
}

/** Sessions of browsers that logged in with the token. */
export interface Sessions {
  /** @returns the value of `Set-Cookie` */
  open(peer: string, encrypted: boolean): string
  /** Whether a `Cookie` header carries a session that this address opened. */
  has(cookies: string | undefined, peer: string): boolean
  /** Ends the session. @returns the `Set-Cookie` that removes its cookie */
  end(cookies: string | undefined): string
}

const idIn = (cookies: string | undefined): string | undefined =>
  cookies
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    ?.slice(SESSION_COOKIE.length + 1)

/** IDs are kept as digests: looking one up takes no time that tells of the others. */
const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64')

/**
 * A browser sends a cookie to all ports of a host, so to the visitors' port and the origin behind it as well. A session is
 * therefore of no use from another address than the one that opened it.
 */
export const createSessions = (now: () => number = Date.now): Sessions => {
  const sessions = new Map<string, Session>()
  return {
    open: (peer, encrypted) => {
      const id = randomBytes(ID_BYTES).toString('base64url')
      if (sessions.size >= MAX_SESSIONS) {
        const [oldest] = sessions.keys()
        sessions.delete(oldest!)
      }
      sessions.set(keyOf(id), { peer, endsMs: now() + LIFETIME_SECONDS * MS_PER_SECOND })
      const secure = encrypted ? '; Secure' : ''
      return `${SESSION_COOKIE}=${id}; Path=/; Max-Age=${LIFETIME_SECONDS}; HttpOnly; SameSite=Strict${secure}`
    },
    has: (cookies, peer) => {
      const id = idIn(cookies)
      if (id === undefined) return false
      const key = keyOf(id)
      const session = sessions.get(key)
      if (session === undefined || session.peer !== peer) return false
      if (now() < session.endsMs) return true
      sessions.delete(key)
      return false
    },
    end: (cookies) => {
      const id = idIn(cookies)
      if (id !== undefined) sessions.delete(keyOf(id))
      return `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`
    },
  }
}
