import type { Browser, Engine } from './browser.ts'

/**
 * The engines for each list of TLS ciphers, which is the middle part of a JA4. Only programs that imitate browsers share
 * their lists. The newest Safari offers the same list as Firefox. Sources: FoxIO's JA4 documentation and captures of our
 * own.
 */
const CIPHERS = new Map<string, readonly Engine[]>([
  ['8daaf6152771', ['chromium']],
  ['5b57614c22b0', ['gecko', 'webkit']],
  ['a09f3c656075', ['webkit']],
])

/** Captured from the clients. */
const PROGRAMS = new Map([
  ['e8f1e7e78f70', 'curl (OpenSSL)'],
  ['d943125447b4', 'curl (OpenSSL)'],
  ['85036bcba153', 'Python'],
  ['a33745022dd6', 'Node.js'],
  ['723694b0fccc', 'GnuTLS'],
  ['db35923f8641', 'Java'],
])

/** Browsers offer 15 to 22 ciphers over TCP, OpenSSL 30 or more. */
const MOST_CIPHERS = 26

/** `t13d1516h2_8daaf6152771_02713d6af862`: transport, version, SNI, counts, ALPN _ ciphers _ extensions. */
const JA4 = /^([tqd])([s\d]\d)([di])(\d\d)\d\d(\w\w)_([\da-f]{12})_[\da-f]{12}$/

export type Ja4Fit =
  /** No evidence against it. */
  | { readonly fit: 'unknown' }
  | { readonly fit: 'same' }
  | { readonly fit: 'other'; readonly says: string }

const UNKNOWN: Ja4Fit = { fit: 'unknown' }
const other = (says: string): Ja4Fit => ({ fit: 'other', says })

/**
 * Whether a TLS fingerprint can belong to the claimed browser.
 *
 * @param upgrading true for a WebSocket, for which browsers offer only HTTP/1.1
 */
export const fitJa4 = (ja4: string, { engine }: Browser, upgrading: boolean): Ja4Fit => {
  const parts = JA4.exec(ja4)
  if (parts === null || engine === 'old') return UNKNOWN
  const [, , version, , ciphers, alpn, list] = parts
  const program = PROGRAMS.get(list!)
  if (program !== undefined) return other(`the TLS fingerprint is that of ${program}`)
  const engines = CIPHERS.get(list!)
  if (engines !== undefined) {
    return engines.includes(engine)
      ? { fit: 'same' }
      : other("the TLS fingerprint is another browser's")
  }
  if (Number(ciphers) > MOST_CIPHERS) return other('no browser offers as many TLS ciphers')
  if (version !== '13') return other('browsers offer TLS 1.3')
  if (!upgrading && alpn !== 'h2' && alpn !== 'h3') return other('browsers offer HTTP/2')
  return UNKNOWN
}
