/** Longer than any element with its four parameters (RFC 7239 §5). Limits the work for a hostile one. */
const MAX_ELEMENT_CHARS = 1024

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92

/** Whether an odd number of backslashes precedes `at`. */
const isEscaped = (text: string, at: number): boolean => {
  let start = at
  while (start > 0 && text.charCodeAt(start - 1) === BACKSLASH) start--
  return (at - start) % 2 === 1
}

/**
 * Index of the comma before the element of a `Forwarded` header that ends at `end`; -1 for the first element. Commas in
 * quoted strings do not count.
 *
 * Quotes are paired from the right. A visitor's own text is on the left, so a quote left open there cannot hide the
 * elements that proxies added.
 */
export const lastComma = (list: string, end: number): number => {
  let isQuoted = false
  for (let i = end - 1; i >= 0; i--) {
    const unit = list.charCodeAt(i)
    if (unit === QUOTE) {
      // Outside quotes nothing is escaped.
      if (!isQuoted || !isEscaped(list, i)) isQuoted = !isQuoted
    } else if (unit === COMMA && !isQuoted) return i
  }
  return -1
}

/**
 * `name=value` or `name="value"` up to the next semicolon. An IPv6 address should be quoted because of its brackets and
 * colons, but an unquoted one from a careless proxy is accepted.
 */
const PAIR = /([!#$%&'*+.^`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;\\]+))[ \t]*(?:;|$)/y
const GAP = /[ \t;]*/y

/**
 * The value of a parameter in one element of a `Forwarded` header (RFC 7239 §4), unquoted; '' if it is absent.
 *
 * @returns `undefined` if the element is malformed or has the parameter twice
 * @example elementParameter('proto=https;For="[2001:db8::1]:4711"', 'for') // '[2001:db8::1]:4711'
 */
export const elementParameter = (
  element: string,
  parameter: 'for' | 'proto'
): string | undefined => {
  if (element.length > MAX_ELEMENT_CHARS) return undefined
  let node = ''
  let at = 0
  while (true) {
    GAP.lastIndex = at
    GAP.test(element)
    at = GAP.lastIndex
    if (at === element.length) return node
    PAIR.lastIndex = at
    const [whole, name, quoted, token = ''] = PAIR.exec(element) ?? []
    if (whole === undefined || name === undefined) return undefined
    at += whole.length
    if (name.toLowerCase() !== parameter) continue
    if (node !== '') return undefined
    node = quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1')
    if (node === '') return undefined
  }
}
