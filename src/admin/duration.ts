const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }
const DURATION = /^(\d{1,7})([smhdw])$/

/**
 * Reads a time span such as `90s` or `2h`. Returns whole seconds; `undefined` for any other text.
 *
 * @example readSeconds('2h') // 7200
 */
export const readSeconds = (text: string): number | undefined => {
  const [, number, unit] = DURATION.exec(text) ?? []
  if (number === undefined || Number(number) === 0) return undefined
  return Number(number) * SECONDS[unit!]!
}
