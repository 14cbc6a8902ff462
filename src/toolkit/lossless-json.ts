/** A JSON string or number. No other token contains a digit or a quote. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/** An integer with fewer digits always fits a double. */
const LONG = /\d{16}/
const INTEGER = /^-?\d+$/

/**
 * `JSON.parse`, but an integer that does not fit a double becomes its decimal text, which `valueFromJson` reads as an Int.
 *
 * @throws SyntaxError
 * @example parseLossless('{"n":9223372036854775807}') // { n: '9223372036854775807' }
 */
export const parseLossless = (text: string): unknown => {
  const json: unknown = JSON.parse(text)
  if (!LONG.test(text)) return json
  return JSON.parse(
    text.replace(TOKEN, (token) =>
      INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token
    )
  )
}

/** `JSON.stringify`, but a bigint is a number with all its digits. Members that are `undefined` are omitted. */
export const printLossless = (value: unknown): string => {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(printLossless).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${printLossless(member)}`).join(',')}}`
}
