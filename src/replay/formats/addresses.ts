const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*)):\d{1,5}$/

/** Returns an address without its port: `192.0.2.1` for `192.0.2.1:443`, `::1` for `[::1]:443`. */
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

/** Returns a TLS version in the form of `cf.tls_version`, from `1.3`, `TLSv1.3` or its number in the handshake. Else `undefined`. */
export const tlsVersion = (value: unknown): string | undefined => {
  if (typeof value === 'number') return TLS_NUMBERS[value]
  const [, version] = /^(?:TLSv?)?(1(?:\.[0-3])?)$/.exec(String(value)) ?? []
  if (version === undefined) return undefined
  return version === '1.0' ? 'TLSv1' : `TLSv${version}`
}

const URL_TARGET = /^([a-zA-Z][\w+.-]*):\/\/([^/?#]*)([\s\S]*)$/

/** Splits a full URL. Returns `undefined` if the text is not one. */
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
