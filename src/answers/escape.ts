const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const SPECIAL = /[&<>"']/

export const escapeHtml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[&<>"']/g, (char) => ENTITIES[char]!) : text

/** Without the surrounding quotes. */
export const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** A name that ends in a top-level domain, an IPv4 address, or one word. */
const PLAIN_SCALAR =
  /^(?:[\p{L}\p{N}][\p{L}\p{N}._-]*\.(?:\p{L}{2,}|xn--[a-z\d-]+)|\d{1,3}(?:\.\d{1,3}){3}|[a-z][a-z\d-]*)$/iu
/** Words that YAML readers treat as a boolean or as null. */
const YAML_WORD = /^(?:true|false|null|yes|no|on|off|y|n)$/i

/** A host as a YAML scalar: plain, as in the real front matter, if every reader treats it as text. */
export const yamlScalar = (text: string): string =>
  PLAIN_SCALAR.test(text) && !YAML_WORD.test(text) ? text : JSON.stringify(text)

/** A hostname has at most this many characters (RFC 1035 §2.3.4). */
const MAX_HOST_CHARS = 253
const MAX_PORT_CHARS = ':65535'.length
const WITH_PORT = /^(\[[^\]]*\]|[^:]*):\d*$/
const FOREIGN = /[^\p{L}\p{N}._\-:[\]]/gu

/** The characters of most hosts and addresses. */
const PLAIN = /^[\w.:-]*$/

/** Replaces every character that neither a hostname nor an address has, so the text is harmless in every format. */
const inert = (text: string) => (PLAIN.test(text) ? text : text.replace(FOREIGN, '\ufffd'))

/** The host in bodies: without its port, and cut to the length of a hostname. */
export const inertHost = (host: string): string =>
  inert(
    host
      .slice(0, MAX_HOST_CHARS + MAX_PORT_CHARS)
      .replace(WITH_PORT, '$1')
      .slice(0, MAX_HOST_CHARS)
  )

/** The longest textual IPv6 address. */
const MAX_WORD_CHARS = 45

/** An address or a country in bodies. */
export const inertWord = (text: string): string => inert(text.slice(0, MAX_WORD_CHARS))
