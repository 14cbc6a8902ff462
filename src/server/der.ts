/** The tags of ASN.1 that certificates need (X.690 §8). */
const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const

const CONTEXT = 0x80
const CONSTRUCTED = 0x20
const SHORT_LENGTH = 0x7f

const lengthOf = (length: number): Buffer => {
  if (length <= SHORT_LENGTH) return Buffer.of(length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return Buffer.of(CONTEXT | bytes.length, ...bytes)
}

const tagged = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(TAGS.sequence, ...parts)
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(TAGS.set, ...parts)
export const octetString = (bytes: Uint8Array): Buffer => tagged(TAGS.octetString, bytes)
export const utf8 = (text: string): Buffer => tagged(TAGS.utf8, Buffer.from(text))
export const yes = (): Buffer => tagged(TAGS.boolean, Buffer.of(0xff))

/** @param bytes big-endian, not negative, without leading zeros */
export const integer = (bytes: Uint8Array): Buffer =>
  tagged(TAGS.integer, (bytes[0] ?? 0) > 0x7f ? Buffer.of(0) : Buffer.alloc(0), bytes)

/** @param unusedBits the number of bits in the last byte that do not count */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  tagged(TAGS.bitString, Buffer.of(unusedBits), bytes)

/** @example objectId('1.2.840.10045.4.3.2') */
export const objectId = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tagged(TAGS.objectId, Buffer.from(bytes))
}

/** In seconds, for the years 1950–2049. */
export const utcTime = (date: Date): Buffer =>
  tagged(TAGS.utcTime, Buffer.from(`${date.toISOString().replace(/^..|[-T:]|\..*/g, '')}Z`))

/** A part with a context-specific number. */
export const part = (number: number, content: Uint8Array, isConstructed: boolean): Buffer =>
  tagged(CONTEXT | (isConstructed ? CONSTRUCTED : 0) | number, content)
