import { EdgeError } from '../error.ts'
import { parseIp } from '../lists/ip.ts'
import { toBytes } from './bytes.ts'
import type { Type, Value } from './types.ts'
import { typeName } from './types.ts'

const HEX_BYTES = /^(?:[0-9a-fA-F]{2})*$/
const DECIMAL = /^-?\d+$/
const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n

const mismatch = (type: Type, json: unknown, path: string): EdgeError =>
  new EdgeError(
    'wrong_value',
    `${path}: ${JSON.stringify(json) ?? String(json)} is not a value of type ${typeName(type)}`
  )

const toInt = (type: Type, json: unknown, path: string): Value => {
  if (typeof json === 'number' && Number.isSafeInteger(json)) return json
  // A 64-bit number that does not fit JSON's double may come as text.
  if (typeof json === 'string' && DECIMAL.test(json)) {
    const big = BigInt(json)
    if (big >= INT_MIN && big <= INT_MAX) {
      return Number.isSafeInteger(Number(big)) ? Number(big) : big
    }
  }
  throw mismatch(type, json, path)
}

const toByteString = (type: Type, json: unknown, path: string): Value => {
  if (typeof json === 'string') return toBytes(json)
  if (typeof json === 'object' && json !== null && 'hex' in json) {
    const { hex } = json
    if (typeof hex === 'string' && HEX_BYTES.test(hex)) {
      return hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))
    }
  }
  throw mismatch(type, json, path)
}

/**
 * JSON → value of a type: text becomes UTF-8 bytes, `{"hex":"c3"}` gives bytes that are not text, an address is text, an
 * Int beyond 2^53 may be decimal text.
 *
 * @param path the name of the value in an error, e.g. `ip.src`
 * @throws EdgeError `wrong_value` naming the place and the expected type
 */
export const valueFromJson = (type: Type, json: unknown, path: string): Value => {
  switch (type.kind) {
    case 'Bool':
      if (typeof json === 'boolean') return json
      throw mismatch(type, json, path)
    case 'Int':
      return toInt(type, json, path)
    case 'Bytes':
      return toByteString(type, json, path)
    case 'Ip': {
      const ip = typeof json === 'string' ? parseIp(json) : undefined
      if (ip !== undefined) return ip
      throw mismatch(type, json, path)
    }
    case 'Array':
      if (!Array.isArray(json)) throw mismatch(type, json, path)
      return json.map((item, i) => valueFromJson(type.of, item, `${path}[${i}]`))
    case 'Map':
      if (typeof json !== 'object' || json === null || Array.isArray(json)) {
        throw mismatch(type, json, path)
      }
      return new Map(
        Object.entries(json).map(([key, item]) => [
          toBytes(key),
          valueFromJson(type.of, item, `${path}[${JSON.stringify(key)}]`),
        ])
      )
  }
}
