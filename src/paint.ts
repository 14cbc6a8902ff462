/** Codes of ECMA-48 (SGR) that begin and end a style. Each ends only what it began, so that styles nest. */
const STYLES = {
  bold: ['1', '22'],
  dim: ['2', '22'],
  red: ['31', '39'],
  green: ['32', '39'],
  yellow: ['33', '39'],
  cyan: ['36', '39'],
  error: ['1;31', '22;39'],
  warning: ['1;33', '22;39'],
  info: ['1;34', '22;39'],
} as const

export type Style = keyof typeof STYLES

/** Wraps text in a terminal's style where `color` is on. Nothing wraps an empty text. */
export const paint = (color: boolean, style: Style, text: string): string => {
  if (!color || text === '') return text
  const [open, close] = STYLES[style]
  return `\x1b[${open}m${text}\x1b[${close}m`
}
