import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The number of waiting requests at which reading pauses. The bytes already read are 64 KB at most. */
const MAX_WAITING = 16

/** A request of HTTP/1 and the response to it. */
export interface Turn {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface Waiting {
  /** Absent for the end of HTTP on the connection: an upgrade, CONNECT, or bytes that are not a request. */
  readonly turn: Turn | undefined
  readonly run: () => void
}

/**
 * Handles the requests of one connection one at a time and in order, like nginx. Node passes all requests of a packet on at
 * once and keeps only the order of plain responses. It would first answer an upgrade or an error after them, and a request
 * after an answer that closes the connection would still reach the origin.
 */
export class Pipeline {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #current: Turn | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** The request in progress. */
  get current(): Turn | undefined {
    return this.#current
  }

  /** Handles a request after the earlier ones are answered; never, if one of their answers closes the connection. */
  request(turn: Turn, run: () => void): void {
    if (this.#current !== undefined) this.#wait({ turn, run })
    else if (this.#socket.writable) this.#start(turn, run)
  }

  /** As {@link request}, for the last item on the connection, which answers on the bare socket. */
  last(run: () => void): void {
    if (this.#current !== undefined) this.#wait({ turn: undefined, run })
    else if (this.#socket.writable) run()
  }

  /** Takes back a waiting request whose body turned out to be broken. */
  withdraw(): void {
    const last = this.#waiting.at(-1)
    if (last?.turn?.request.complete === false) this.#waiting.pop()
  }

  #wait(waiting: Waiting): void {
    // Node starts reading again at the end of each request, so the pause comes after the whole packet.
    if (this.#waiting.push(waiting) === MAX_WAITING) process.nextTick(this.#pause)
  }

  readonly #pause = (): void => {
    if (this.#waiting.length >= MAX_WAITING && !this.#socket.destroyed) this.#socket.pause()
  }

  #start(turn: Turn, run: () => void): void {
    this.#current = turn
    turn.response.once('close', this.#next)
    run()
  }

  readonly #next = (): void => {
    this.#current = undefined
    if (this.#waiting.length === 0) return
    // The answer was the last one, or the visitor has left.
    if (!this.#socket.writable) {
      this.#waiting.length = 0
      return
    }
    const { turn, run } = this.#waiting.shift()!
    if (this.#waiting.length < MAX_WAITING && this.#socket.isPaused()) this.#socket.resume()
    if (turn === undefined) run()
    else this.#start(turn, run)
  }
}
