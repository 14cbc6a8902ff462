import type { RouteRequest } from '../admin/request.ts'

/** A form takes up to three bytes for each byte of a rule document. */
const MAX_FORM_BYTES = 16 * 1024 * 1024

/** Returns the fields of a form. */
export const formOf = async (
  request: RouteRequest,
  maxBytes = MAX_FORM_BYTES
): Promise<URLSearchParams> => new URLSearchParams((await request.body?.(maxBytes)) ?? '')

/** Restores the line ends of the original file, because a text area sends CR LF for every line end. */
export const withLineEndsOf = (original: string, given: string): string => {
  const text = given.replace(/\r\n?/g, '\n')
  return original.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text
}
