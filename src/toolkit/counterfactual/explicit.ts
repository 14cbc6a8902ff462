import { toText } from '../../language/bytes.ts'
import type { Trial, TrialRequest } from '../trial.ts'

/** A request with all its values written out: no persona, and no country derived from the address. */
export interface ExplicitRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly path: string
  /** With its `?`; '' without one. */
  readonly search: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: TrialRequest['body']
  readonly version: string
  readonly from: {
    readonly ip?: string
    readonly country: string
    readonly asn: number
    readonly challenge?: 'pass'
    readonly fields: Readonly<Record<string, unknown>>
  }
}

/** The request of a trial, as the rules saw it. */
export const explicitRequest = (trial: Trial, { body }: TrialRequest): ExplicitRequest => {
  const { request, visitor } = trial.context
  const flat = request.rawHeaders
  const headers = flat.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[toText(name), toText(flat[i + 1]!)]] : []
  )
  const { target } = request
  return {
    method: request.method,
    scheme: request.scheme,
    host: toText(request.host),
    path: toText(target.path),
    search: toText(request.search),
    headers: headers.filter(([name]) => name.toLowerCase() !== 'host'),
    body,
    version: request.version,
    from: {
      ...(visitor.ipText === '' ? {} : { ip: visitor.ipText }),
      country: visitor.country,
      asn: visitor.asn,
      ...(visitor.passesChallenges ? { challenge: 'pass' as const } : {}),
      fields: {
        ...(visitor.persona === undefined ? {} : { 'http.request.version': 'HTTP/1.1' }),
        ...visitor.fieldOverrides,
      },
    },
  }
}

export const trialRequest = (explicit: ExplicitRequest): TrialRequest => {
  const { method, scheme, host, path, search, headers, body, version, from } = explicit
  return {
    method,
    url: `${scheme}://${host}${path}${search}`,
    headers: host === '' ? headers : [['Host', host], ...headers],
    body,
    version,
    from,
  }
}
