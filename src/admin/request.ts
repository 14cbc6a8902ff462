/** A request to the admin port, as far as its routes look. */
export interface AdminRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** By lower-case name, as Node has them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Address at the other end of the connection. */
  readonly peer?: string | undefined
  /** True over TLS. */
  readonly encrypted?: boolean
  /** The body as text; '' where there is none. Rejects with `BodyTooLarge`; `maxBytes` is 64 KiB where none is given. */
  body?(maxBytes?: number): Promise<string>
}

/** What a route is given of a request that passed the gate. */
export interface RouteRequest extends AdminRequest {
  /** The parts of the path that the route names in braces, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** A body of more bytes than any route takes. */
export class BodyTooLarge extends Error {
  constructor(readonly limitBytes: number) {
    super(`the body is longer than ${limitBytes} bytes`)
  }
}

/** One header's value; the first where there are several. */
export const headerOf = ({ headers }: AdminRequest, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
