/** Scheme and user, host and port, the rest. */
const PARTS = /^(https?:\/\/(?:[^/?#@]*@)?)([^/?#]*)(.*)$/is
const NON_ASCII = /[^\0-\x7f]/

/** Converts the host of a URL to ASCII, as clients do: `bücher.example` becomes `xn--bcher-kva.example`. An invalid host stays. */
export const withAsciiHost = (url: string): string => {
  const [, before = '', host = '', after = ''] = PARTS.exec(url) ?? []
  if (!NON_ASCII.test(host) || !URL.canParse(`http://${host}`)) return url
  return `${before}${new URL(`http://${host}`).host}${after}`
}
