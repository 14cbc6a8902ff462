import { readPersonas } from '../../personas/personas.ts'
import type { From } from '../pretend.ts'
import type { ReadRequest } from './read.ts'

const BROWSER = 'chrome-berlin'

/**
 * Adds a browser's headers to a request that is only a URL, because most people mean a browser. It adds no place and no
 * language.
 */
export const asBrowser = (read: ReadRequest, { as }: From): ReadRequest => {
  if (read.kind !== 'URL' || as !== undefined) return read
  const { headers: flat } = readPersonas().get(BROWSER)!
  const headers = flat.flatMap((name, i): [string, string][] =>
    i % 2 === 0 && name.toLowerCase() !== 'accept-language' ? [[name, flat[i + 1]!]] : []
  )
  return {
    ...read,
    request: { ...read.request, headers, version: 'HTTP/2' },
    notes: [...read.notes, 'a URL alone is asked for with the headers of a browser'],
  }
}
