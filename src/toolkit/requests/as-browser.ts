import { readPersonas } from '../../personas/personas.ts'
import type { From } from '../pretend.ts'
import type { ReadRequest } from './read.ts'

const BROWSER = 'chrome-berlin'

/**
 * A URL alone does not describe its sender. Most people mean a browser, so this adds its headers, without its place and
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
