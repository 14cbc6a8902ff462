import { formatIp, Ip } from '../lists/ip.ts'
import { toStrictText } from './bytes.ts'
import type { Value } from './types.ts'

/**
 * Value → JSON, the inverse of `valueFromJson`. A missing value inside is `null`.
 *
 * @param big converts an Int beyond 2^53; to text unless given
 */
export const valueToJson = (
  value: Value | undefined,
  big: (int: bigint) => unknown = String
): unknown => {
  if (value === undefined) return null
  if (typeof value === 'bigint') return big(value)
  if (typeof value === 'string') {
    return toStrictText(value) ?? { hex: toHex(value) }
  }
  if (value instanceof Ip) return formatIp(value)
  if (Array.isArray(value)) return value.map((item) => valueToJson(item, big))
  if (value instanceof Map) {
    // `__proto__` as a header name must stay a key.
    const json: Record<string, unknown> = Object.create(null)
    for (const [key, item] of value) json[toStrictText(key) ?? toHex(key)] = valueToJson(item, big)
    return json
  }
  return value
}

const toHex = (bytes: string) =>
  Array.from(bytes, (unit) => unit.charCodeAt(0).toString(16).padStart(2, '0')).join('')
