/** Name of the cookie of a browser that logged in with the token. */
export const SESSION_COOKIE = 'edge1020_admin'

/** A browser sends it to all ports of a host. The origin has no use for it, and may be somebody else's. */
export const isSessionCookie = (name: string): boolean => name === SESSION_COOKIE
