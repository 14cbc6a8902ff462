/** Names and values alternately, as binary strings. */
export type Headers = string[]

/**
 * One request as a log describes it. One object is reused for all lines: `clear` resets it, and a reader fills in the data of its
 * line. All texts are unescaped binary strings.
 */
export class LogRecord {
  /** The address of the client, or of the proxy in front of the server; '' if the line has none. */
  address = ''
  /** Milliseconds since the epoch; NaN if the line has no time. */
  timeMs = Number.NaN
  method = 'GET'
  /** The path and the query as the server received them. */
  target = '/'
  /** The HTTP version, such as `1.1` or `2.0`. */
  version = '1.1'
  isTls = false
  /** The status of the response that the server sent; 0 if the line has none. */
  status = 0
  headers: Headers = []
  /** JSON values that the log contains, by field of the Rules language. */
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

  /** Adds a header, unless its value is `-` or '', which mean that it is absent. */
  header(name: string, value: string): void {
    if (value !== '' && value !== '-') this.headers.push(name, value)
  }
}
