import type { Socket } from 'node:net'
import { plainAnswer } from '../answers/node/write-answer.ts'
import { reasonPhrase } from '../answers/reason-phrase.ts'

/** Long enough for the answer to arrive before the reset. */
const LINGER_MS = 1_000

const answered = new WeakSet<Socket>()

/** True if the connection has its last answer and is closing. Later bytes are dropped. */
export const isAnswered = (socket: Socket): boolean => answered.has(socket)

/**
 * Answers bytes that are not a request for Node, on the bare socket, and closes it. Later bytes are read for a moment:
 * closing while they arrive would reset the connection, and the visitor would never see the answer.
 */
export const answerRaw = (
  socket: Socket,
  status: number,
  headers: readonly (readonly [string, string])[],
  message?: string
): void => {
  if (answered.has(socket)) return
  answered.add(socket)
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { headers: own, body } = plainAnswer(status, message)
  const lines = [`HTTP/1.1 ${status} ${reasonPhrase(status)}`]
  for (const [name, value] of [...headers, ...Object.entries(own)]) lines.push(`${name}: ${value}`)
  lines.push(`Date: ${new Date().toUTCString()}`, 'Connection: close', '', '')
  socket.on('error', () => socket.destroy())
  socket.write(lines.join('\r\n'), 'latin1')
  socket.end(body)
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}
