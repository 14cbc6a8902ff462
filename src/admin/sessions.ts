import { createHash, randomBytes } from 'node:crypto'
import { SESSION_COOKIE } from './session-cookie.ts'

const ID_BYTES = 32
const LIFETIME_SECONDS = 12 * 60 * 60
const MS_PER_SECOND = 1_000
/** Above this number, the oldest session ends. */
const MAX_SESSIONS = 100

interface Session {
  readonly peer: string
  readonly endsMs: number
}

/** The sessions of logged-in browsers. */
export interface Sessions {
  /** Opens a session. @returns the value of `Set-Cookie` */
  open(peer: string, encrypted: boolean): string
  /** Returns true if a `Cookie` header contains a session that this address opened. */
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

/** Returns the digest of an ID. With digests as keys, the time of a lookup reveals nothing about other IDs. */
const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64')

/**
 * Creates the store of sessions. A session is valid only from the address that opened it: browsers send cookies to all ports of a
 * host, so the visitors' port and its origin could see the cookie.
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
