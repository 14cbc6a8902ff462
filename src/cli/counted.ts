/** Formats a count with thousands separators: `1,234,567`. */
export const number = (count: number): string => count.toLocaleString('en-US')

/**
 * Formats a count with its noun.
 *
 * @example counted(1, 'rule') // '1 rule'
 * @example counted(1200, 'entry', 'entries') // '1,200 entries'
 */
export const counted = (count: number, one: string, more = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : more}`
