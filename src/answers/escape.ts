const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => ENTITIES[char]!)

/** Without the quotes around it. */
export const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** A hostname has at most this many characters (RFC 1035 §2.3.4). */
const MAX_HOST_CHARS = 253
const PORT = /:\d*$/
const NOT_HOST = /[^\p{L}\p{N}._\-:[\]]/gu

/**
 * The host as bodies show it: without its port, cut to the length of a hostname, and every character that no hostname
 * has replaced. So it is plain text in HTML, JSON, YAML and Markdown alike.
 */
export const shownHost = (host: string): string =>
  host.slice(0, MAX_HOST_CHARS).replace(PORT, '').replace(NOT_HOST, '\ufffd')
