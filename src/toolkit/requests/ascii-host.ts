/** Scheme and user, host and port, the rest. */
const PARTS = /^(https?:\/\/(?:[^/?#@]*@)?)([^/?#]*)(.*)$/is
const NON_ASCII = /[^\0-\x7f]/

/** A URL with its host as clients send it: `bücher.example` is `xn--bcher-kva.example` on the wire. An invalid host stays. */
export const withAsciiHost = (url: string): string => {
  const [, before = '', host = '', after = ''] = PARTS.exec(url) ?? []
  if (!NON_ASCII.test(host) || !URL.canParse(`http://${host}`)) return url
  return `${before}${new URL(`http://${host}`).host}${after}`
}
