import table from './mime.json' with { type: 'json' }

const fromHex = (hex: string) =>
  hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))

const SIGNATURES = table.signatures.map(({ type, hex, offset = 0 }) => ({
  type,
  offset,
  bytes: fromHex(hex),
}))

/**
 * The media type that the bytes themselves tell, whatever Content-Type says; '' where they tell none. Text has no
 * signature, so forms and JSON have none either.
 *
 * @param bytes binary string
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/http.request.body.mime/
 */
export const detectMime = (bytes: string): string =>
  SIGNATURES.find((signature) => bytes.startsWith(signature.bytes, signature.offset))?.type ?? ''
