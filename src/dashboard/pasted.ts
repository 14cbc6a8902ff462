import { identify } from '../client/identify.ts'
import { readSaved } from '../toolkit/saved-response.ts'

/** The limit for a mail, which is about the Ray IDs of one visitor and not about a log. */
const MAX_RAYS = 20
const RAY = /(?<![\da-f])[\da-f]{16}(?![\da-f])/gi
/**
 * A Ray ID after its label. A one-line field joins the lines of pasted text, so the next word may follow the ID
 * directly.
 */
const LABELLED = /(?<![a-z])ray[ _-]?id(?![a-z])[^\n]{0,60}?(?<![\da-f])([\da-f]{16})/gi

/** Invisible characters that mail programs and pages put into long words. */
const INVISIBLE =
  /[\u00ad\u200b-\u200d\u2060\ufeff]|<wbr *\/?>|&(?:shy|ZeroWidthSpace|#8203|#x200b);/gi
/** A line break that a mail program inserted for transport (quoted-printable). */
const SOFT_BREAK = /=(?:\r\n|[\r\n ])/g

/**
 * Finds the Ray IDs in a pasted text: a saved error page, with or without its head, or a whole mail in any mail
 * program's format. Labelled IDs come first, because a mail has other numbers of 16 digits, such as its own identifier.
 *
 * @returns in lower case, without the data centre, each once, at most 20
 */
export const raysIn = (given: string): string[] => {
  const text = given.replace(INVISIBLE, '').replace(SOFT_BREAK, '')
  const page = identify(readSaved(given))?.rayId
  const found = [
    ...(page === undefined ? [] : [page]),
    ...[...text.matchAll(LABELLED)].map(([, ray]) => ray!.toLowerCase()),
    ...[...text.matchAll(RAY)].map(([ray]) => ray.toLowerCase()),
  ]
  return [...new Set(found)].slice(0, MAX_RAYS)
}
