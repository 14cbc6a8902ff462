const encoder = new TextEncoder()
// A byte order mark is text like any other here: dropping it would make two different values look the same.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ASCII = /^[\0-\x7f]*$/

/** Text → binary string (one code unit a UTF-8 byte). ASCII text is returned as it is. */
export const toBytes = (text: string): string => {
  if (ASCII.test(text)) return text
  let bytes = ''
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

const toArray = (bytes: string) => Uint8Array.from(bytes, (unit) => unit.charCodeAt(0))

/** Binary string → text; bytes that are not UTF-8 become U+FFFD. */
export const toText = (bytes: string): string =>
  ASCII.test(bytes) ? bytes : decoder.decode(toArray(bytes))

/** Binary string → text, or `undefined` where the bytes are not UTF-8. */
export const toStrictText = (bytes: string): string | undefined => {
  if (ASCII.test(bytes)) return bytes
  try {
    return strictDecoder.decode(toArray(bytes))
  } catch {
    return undefined
  }
}
