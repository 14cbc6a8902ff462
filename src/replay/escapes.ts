const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|(["'\\bfnrtv]))/g
const CHARACTERS: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/**
 * Replaces the escapes of nginx (`\x22`) and Apache (`\"`, `\\`, `\t`, `\xhh`) by the bytes they stand for. Other backslashes are
 * kept.
 *
 * Source: https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format (`escape`),
 * https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#format-notes
 */
export const unescapeLog = (text: string): string =>
  text.includes('\\')
    ? text.replace(ESCAPE, (_, hex: string | undefined, letter: string | undefined) =>
        hex === undefined
          ? (CHARACTERS[letter!] ?? letter!)
          : String.fromCharCode(Number.parseInt(hex, 16))
      )
    : text

const PERCENT = /%([0-9a-fA-F]{2})/g

/** Decodes one layer of percent-encoding, byte by byte. A `%` that does not begin an escape is kept. */
export const percentDecode = (text: string): string =>
  text.includes('%')
    ? text.replace(PERCENT, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text
