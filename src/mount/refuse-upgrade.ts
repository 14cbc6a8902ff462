import type { Answer } from '../answers/answer.ts'
import { reasonPhrase } from '../answers/reason-phrase.ts'

/** The socket of an upgrade. Node passes no response object. */
export interface UpgradeSocket {
  readonly destroyed: boolean
  write(text: string): unknown
  end(body: string | Uint8Array): unknown
  resume(): unknown
  destroy(): unknown
  on(event: 'error', listener: () => void): unknown
  once(event: 'close', listener: () => void): unknown
}

/** Time limit for a visitor that does not close the connection. */
const LINGER_MS = 1_000

/**
 * Answers an upgrade like a normal request and closes the connection. Resolves after the close, because Hono's WebSocket helpers
 * write an empty answer to every socket that is still open.
 */
export const refuseUpgrade = (
  socket: UpgradeSocket,
  { status, headers, body }: Answer
): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) {
      resolve()
      return
    }
    const close = () => void socket.destroy()
    const timer = setTimeout(close, LINGER_MS)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.on('error', close)
    const lines = [`HTTP/1.1 ${status} ${reasonPhrase(status)}`]
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
    lines.push(`Date: ${new Date().toUTCString()}`, 'Connection: close', '', '')
    socket.write(lines.join('\r\n'))
    socket.end(body)
    socket.resume()
  })
