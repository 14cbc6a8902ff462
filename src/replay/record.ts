/** Names and values in turn, binary strings. */
export type Headers = string[]

/**
 * One request as a log tells of it. One object serves all lines: `clear` empties it, a reader fills in what its line holds. All
 * text is binary strings, unescaped.
 */
export class LogRecord {
  /** Of the client, or of the proxy before the server; '' where the line has none. */
  address = ''
  /** Milliseconds since the epoch; NaN where the line has no time. */
  timeMs = Number.NaN
  method = 'GET'
  /** Path and query as they were received. */
  target = '/'
  /** `1.1`, `2.0` */
  version = '1.1'
  isTls = false
  /** Of the response that was sent; 0 where the line has none. */
  status = 0
  headers: Headers = []
  /** Values of fields of the Rules language that the log itself has, as JSON. */
  fields: Record<string, unknown> | undefined

  clear(): void {
    this.address = ''
    this.timeMs = Number.NaN
    this.method = 'GET'
    this.target = '/'
    this.version = '1.1'
    this.isTls = false
    this.status = 0
    this.headers = []
    this.fields = undefined
  }

  /** Adds a header; `-` and '' stand for an absent one. */
  header(name: string, value: string): void {
    if (value !== '' && value !== '-') this.headers.push(name, value)
  }
}
