const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*)):\d{1,5}$/

/** An address without the port behind it: `192.0.2.1:443`, `[::1]:443`. */
export const withoutPort = (text: string): string => {
  const [, v6, v4] = WITH_PORT.exec(text) ?? []
  return v6 ?? v4 ?? text
}

const TLS_NUMBERS: Readonly<Record<number, string>> = {
  769: 'TLSv1',
  770: 'TLSv1.1',
  771: 'TLSv1.2',
  772: 'TLSv1.3',
}

/** A TLS version as `cf.tls_version` has it: of its number on the wire, of `1.3` or `TLSv1.3`; `undefined` for other text. */
export const tlsVersion = (value: unknown): string | undefined => {
  if (typeof value === 'number') return TLS_NUMBERS[value]
  const [, version] = /^(?:TLSv?)?(1(?:\.[0-3])?)$/.exec(String(value)) ?? []
  if (version === undefined) return undefined
  return version === '1.0' ? 'TLSv1' : `TLSv${version}`
}

const URL_TARGET = /^([a-zA-Z][\w+.-]*):\/\/([^/?#]*)([\s\S]*)$/

/** Takes a full URL apart; `undefined` where the text is none. */
export const splitUrl = (
  url: string
): { scheme: string; host: string; target: string } | undefined => {
  const [, scheme, authority, rest] = URL_TARGET.exec(url) ?? []
  if (scheme === undefined) return undefined
  const host = authority!.slice(authority!.lastIndexOf('@') + 1)
  const [target = ''] = rest!.split('#')
  return {
    scheme: scheme.toLowerCase(),
    host,
    target: target.startsWith('/') ? target : `/${target}`,
  }
}
