import { isIP } from 'node:net'

/** The name in a Host header, without port, brackets and last dot. */
const nameOf = (header: string): string =>
  header
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')

/**
 * Whether a Host header names this machine. A page elsewhere can have its own name resolve to this machine and then read what
 * it likes (DNS rebinding). It cannot choose what the browser sends as Host: only names that nobody else controls are answered.
 *
 * @param names besides `localhost` and IP addresses, in lower case
 */
export const isOwnHost = (header: string | undefined, names: ReadonlySet<string>): boolean => {
  const name = nameOf(header ?? '')
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || names.has(name)
}

/** Whether only programs of this machine reach a listener on this address, which has no port. */
export const isLoopbackHost = (host: string): boolean => {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  )
}
