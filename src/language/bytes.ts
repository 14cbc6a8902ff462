const encoder = new TextEncoder()
// The decoder keeps a byte order mark. Without the mark, two different values would look the same.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ASCII = /^[\0-\x7f]*$/

/** Text → binary string (one code unit for each UTF-8 byte). Returns ASCII text unchanged. */
export const toBytes = (text: string): string => {
  if (ASCII.test(text)) return text
  return fromByteArray(encoder.encode(text))
}

/** Binary string → its bytes. */
export const toByteArray = (bytes: string): Uint8Array<ArrayBuffer> => {
  const array = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) array[i] = bytes.charCodeAt(i)
  return array
}

/** Bytes → binary string. */
export const fromByteArray = (array: Uint8Array): string => {
  let bytes = ''
  for (const byte of array) bytes += String.fromCharCode(byte)
  return bytes
}

/** Binary string → text; bytes that are not UTF-8 become U+FFFD. */
export const toText = (bytes: string): string =>
  ASCII.test(bytes) ? bytes : decoder.decode(toByteArray(bytes))

/** Binary string → text, or `undefined` if the bytes are not UTF-8. */
export const toStrictText = (bytes: string): string | undefined => {
  if (ASCII.test(bytes)) return bytes
  try {
    return strictDecoder.decode(toByteArray(bytes))
  } catch {
    return undefined
  }
}
