import type { Value } from '../language/types.ts'

const ESCAPE = /%([0-9a-fA-F]{2})/g

const decode = (text: string) =>
  text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const trim = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '')

/**
 * Cookies by name: names are URL-decoded, values stay as they are, a repeated name keeps all its values in order.
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/http.request.cookies/
 */
export const parseCookies = (header: string): ReadonlyMap<string, Value> => {
  const cookies = new Map<string, string[]>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    const name = decode(trim(equals < 0 ? pair : pair.slice(0, equals)))
    if (name === '' && equals < 0) continue
    const value = equals < 0 ? '' : trim(pair.slice(equals + 1))
    const values = cookies.get(name)
    if (values === undefined) cookies.set(name, [value])
    else values.push(value)
  }
  return cookies
}
