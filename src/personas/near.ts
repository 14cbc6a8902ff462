import { MAX_NAME_CHARS, nearest } from '../nearest.ts'

const MAX_SUGGESTED = 5
const MIN_PART_CHARS = 3

/**
 * Names that a misspelt or half remembered one was probably meant to be: the one with the fewest typing errors, then those
 * that have a part in common with it, `firefox` with `firefox-paris`.
 */
export const near = (text: string, names: readonly string[]): string[] => {
  if (text.length > MAX_NAME_CHARS) return []
  const parts = text
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part.length >= MIN_PART_CHARS)
  const first = nearest(text, names)
  const shared = names
    .map((name) => ({ name, count: parts.filter((part) => name.includes(part)).length }))
    .filter(({ name, count }) => count > 0 && name !== first)
    .sort((x, y) => y.count - x.count)
    .map(({ name }) => name)
  return [...(first === undefined ? [] : [first]), ...shared].slice(0, MAX_SUGGESTED)
}
