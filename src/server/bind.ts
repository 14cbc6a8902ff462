import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EdgeError } from '../error.ts'

const MAX_PORT = 65_535

/** The host for a URL: a browser cannot open an address that means all interfaces. */
export const openableHost = ({ address, family }: AddressInfo): string => {
  if (address === '0.0.0.0') return '127.0.0.1'
  if (address === '::') return '[::1]'
  return family === 'IPv6' ? `[${address}]` : address
}

/** @throws EdgeError `invalid_port` */
export const checkPort = (port: number): void => {
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new EdgeError('invalid_port', `port ${port}: expected a whole number from 0 to 65535`)
  }
}

/**
 * @param option the user's name for the port
 * @throws EdgeError `port_in_use`, `port_forbidden`, `invalid_host`
 */
export const listen = (
  server: Server,
  host: string,
  port: number,
  option = 'port'
): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port, option))
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      resolve(server.address() as AddressInfo)
    })
  })

const listenError = (
  cause: NodeJS.ErrnoException,
  host: string,
  port: number,
  option: string
): EdgeError => {
  if (cause.code === 'EADDRINUSE') {
    return new EdgeError(
      'port_in_use',
      `port ${port} on ${host} is in use: stop the program that uses it, or choose another port with ${option} (0 takes any free port)`,
      { cause }
    )
  }
  if (cause.code === 'EACCES') {
    return new EdgeError(
      'port_forbidden',
      `port ${port} on ${host}: this user may not listen there: choose one above 1023 with ${option}`,
      { cause }
    )
  }
  return new EdgeError(
    'invalid_host',
    `host "${host}": expected an address of this machine, such as 127.0.0.1 or 0.0.0.0 (${cause.code ?? cause.message})`,
    { cause }
  )
}
