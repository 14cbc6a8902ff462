/** A request to the admin port. */
export interface AdminRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Header values by lower-case name, like Node's. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Address of the peer. */
  readonly peer?: string | undefined
  /** True over TLS. */
  readonly encrypted?: boolean
  /** Returns the body as text, '' without a body. Rejects with `BodyTooLarge` above `maxBytes` (default 64 KiB). */
  body?(maxBytes?: number): Promise<string>
}

/** A request that passed the gate, for its route. */
export interface RouteRequest extends AdminRequest {
  /** Decoded values of the path parameters. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** The error for a body that is too long for its route. */
export class BodyTooLarge extends Error {
  constructor(readonly limitBytes: number) {
    super(`the body is longer than ${limitBytes} bytes`)
  }
}

/** Returns the value of a header; the first one if it is repeated, `undefined` if it is absent. */
export const headerOf = ({ headers }: AdminRequest, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
