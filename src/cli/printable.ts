const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/**
 * Makes a visitor's text safe for a terminal: it replaces control characters, escape sequences and direction overrides with
 * `\x1b`-style escapes. Text longer than `max` characters is cut with an ellipsis.
 */
export const printable = (text: string, max = Number.POSITIVE_INFINITY): string => {
  const shown = text.length > max ? `${text.slice(0, max - 1)}…` : text
  return shown.replace(UNSAFE, (unit) => {
    const code = unit.charCodeAt(0)
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Aligns rows in columns. The last column is not padded. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length)
    })
  }
  return rows
    .map((row) =>
      row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ')
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}
