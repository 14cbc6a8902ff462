import { isIP } from 'node:net'

/** Returns the name in a Host header, without port, brackets and final dot. */
const nameOf = (header: string): string =>
  header
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')

/**
 * Returns true if a Host header names this machine. Another site can let its own name resolve to this machine and then read
 * every answer (DNS rebinding). It cannot change the Host header, so only names that no other site controls are accepted.
 *
 * @param names further names besides `localhost` and IP addresses, in lower case
 */
export const isOwnHost = (header: string | undefined, names: ReadonlySet<string>): boolean => {
  const name = nameOf(header ?? '')
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || names.has(name)
}

/** Returns true if only programs on this machine can reach a listener on this host (without a port). */
export const isLoopbackHost = (host: string): boolean => {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  )
}
