/** RFC 6793: numbers of autonomous systems have 32 bits. */
export const MAX_ASN = 0xffff_ffff

const ASN = /^(?:as)?(\d{1,10})$/i

/**
 * Reads the number of an autonomous system, with or without `AS` in front. Returns `undefined` for other text.
 *
 * @example parseAsn('AS24940') // 24940
 */
export const parseAsn = (text: string): number | undefined => {
  const digits = ASN.exec(text)?.[1]
  return digits === undefined || Number(digits) > MAX_ASN ? undefined : Number(digits)
}
