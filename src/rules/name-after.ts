/** The longest name that is made of an expression. */
const MAX_CHARS = 60

/** Returns the name of an unnamed rule: the beginning of its expression. */
export const nameAfter = (expression: string): string => {
  const text = expression.replace(/\s+/g, ' ').trim()
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS - 1)}…` : text
}
