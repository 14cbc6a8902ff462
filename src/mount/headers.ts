import type { Verdict } from '../verdict.ts'
import { isStrippedRequestHeader } from '../visitor/headers.ts'

/** What the app behind the edge is told, and what its visitor may not tell it. */
const told = ({ rayHeader, visitor }: Verdict): readonly (readonly [string, string])[] =>
  visitor.ipText === ''
    ? [['CF-Ray', rayHeader]]
    : [
        ['CF-Ray', rayHeader],
        ['CF-Connecting-IP', visitor.ipText],
      ]

/** Takes the visitor's own `cf-…` and test headers off a request and puts the edge's on. */
export const passHeaders = (verdict: Verdict, headers: Headers): void => {
  for (const name of [...headers.keys()]) if (isStrippedRequestHeader(name)) headers.delete(name)
  for (const [name, value] of told(verdict)) headers.set(name, value)
}

/** Node's two views of a request's headers. */
export interface NodeHeaders {
  /** Built by Node from `rawHeaders` when it is first read, and not again. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly rawHeaders: string[]
}

const LETTERS = new Set([...'cCxXtTfF'].map((letter) => letter.charCodeAt(0)))

const isStripped = (name: string) =>
  LETTERS.has(name.charCodeAt(0)) && isStrippedRequestHeader(name.toLowerCase())

/**
 * The same on Node's request, in place. Sits on the path of every request, so names are looked at closely only where
 * their first letter fits.
 */
export const passNodeHeaders = (verdict: Verdict, { headers, rawHeaders }: NodeHeaders): void => {
  let kept = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (isStripped(name)) {
      delete headers[name.toLowerCase()]
      continue
    }
    if (kept !== i) {
      rawHeaders[kept] = name
      rawHeaders[kept + 1] = rawHeaders[i + 1]!
    }
    kept += 2
  }
  rawHeaders.length = kept
  for (const [name, value] of told(verdict)) {
    rawHeaders.push(name, value)
    headers[name.toLowerCase()] = value
  }
}
