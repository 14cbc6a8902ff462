/** Name of the cookie of a logged-in browser. */
export const SESSION_COOKIE = 'edge1020_admin'

/** Returns true for the session cookie. Browsers send it to all ports of a host, but the origin must not get it. */
export const isSessionCookie = (name: string): boolean => name === SESSION_COOKIE
