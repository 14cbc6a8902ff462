import { append } from './header-fields.ts'

const ESCAPE = /%([0-9a-fA-F]{2})/g

const decode = (text: string) =>
  text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/**
 * Cookies by name: names are percent-decoded, values stay as they are, a repeated name keeps all its values in order. A
 * part without `=` is a name with the value ''.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/http.request.cookies/
 */
export const parseCookies = (header: string): ReadonlyMap<string, readonly string[]> => {
  const cookies = new Map<string, string[]>()
  for (const part of header.split(';')) {
    const pair = part.trim()
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals).trimEnd())
    const value = equals < 0 ? '' : pair.slice(equals + 1).trimStart()
    append(cookies, name, value)
  }
  return cookies
}
