import type { FlatHeaders } from './header-fields.ts'
import type { ResponseFacts } from './response-fields.ts'

type Values = string | number | readonly string[] | undefined

/** Node's response, as far as what goes out at its head. */
export interface WatchedResponse {
  readonly statusCode: number
  getHeaders(): Readonly<Record<string, Values>>
  writeHead(status: number, reason?: unknown, headers?: unknown): unknown
  once(event: 'finish', listener: () => void): unknown
}

/** Header names and values in turn, or pairs of them, or an object: Node takes all three. */
const flatten = (given: unknown): FlatHeaders => {
  if (typeof given !== 'object' || given === null) return []
  if (Array.isArray(given) && !Array.isArray(given[0])) return given.map(String)
  const pairs = Array.isArray(given) ? (given as [string, Values][]) : Object.entries(given)
  return pairs.flatMap(([name, value]) => {
    if (value === undefined) return []
    return Array.isArray(value)
      ? value.flatMap((one) => [name, String(one)])
      : [name, String(value)]
  })
}

/** What was set before stays, but for names that are given at last. */
const joined = (before: FlatHeaders, given: FlatHeaders): FlatHeaders => {
  if (given.length === 0) return before
  const names = new Set(given.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))
  const isKept = (name: string) => !names.has(name.toLowerCase())
  const kept = before.filter((_, i) => isKept(before[i - (i % 2)]!))
  return [...kept, ...given]
}

/** What is told of a response, by whoever sends it. */
export interface ResponseWatch {
  /** To be called once with the status and headers, as soon as they are known. */
  tell(response: ResponseFacts): void
  /**
   * Tells of a response of Node's when its head is written: no body is held up or looked at. HTTP/2 writes heads where nobody
   * can see it, and is told of at the end.
   */
  watchNode(response: WatchedResponse): void
  /** Tells of the runtime's own. */
  tellFetch(response: Response): void
}

/** @param onResponse told once */
export const createWatch = (onResponse: (response: ResponseFacts) => void): ResponseWatch => {
  let isTold = false
  const tell = (response: ResponseFacts) => {
    if (isTold) return
    isTold = true
    onResponse(response)
  }
  return {
    tell,
    watchNode: (response) => {
      const tellHead = (given: unknown) => {
        if (isTold) return
        const headers = joined(flatten(response.getHeaders()), flatten(given))
        tell({ status: response.statusCode, headers })
      }
      const { writeHead } = response
      response.writeHead = function watched(status, reason, headers) {
        const written =
          headers === undefined
            ? writeHead.call(this, status, reason)
            : writeHead.call(this, status, reason, headers)
        tellHead(typeof reason === 'string' ? headers : (headers ?? reason))
        return written
      }
      response.once('finish', () => tellHead(undefined))
    },
    tellFetch: ({ status, headers }) => {
      const flat: string[] = []
      headers.forEach((value, name) => {
        flat.push(name, value)
      })
      tell({ status, headers: flat })
    },
  }
}
