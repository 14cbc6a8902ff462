const ENTRIES = /"entries"\s*:\s*\[/
const LONGEST_REST = 200
const LINE_ENDS = /[\r\n]+/g

/** The end of the object at `start`, or -1 if the text ends within it. */
const endOfObject = (text: string, start: number): number => {
  let depth = 0
  let inText = false
  for (let i = start; i < text.length; i++) {
    const char = text[i]
    if (inText) {
      if (char === '\\') i++
      else if (char === '"') inText = false
    } else if (char === '"') inText = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return i + 1
  }
  return -1
}

/**
 * Returns the entries of a HAR that ends early, as one whose download was interrupted: the texts of the whole ones, then the
 * beginning of the text that is left, as one line, if there is any. Empty if no entry is whole.
 */
export const cutEntries = (text: string): string[] => {
  const list = ENTRIES.exec(text)
  if (list === null) return []
  const whole: string[] = []
  let at = list.index + list[0].length
  for (;;) {
    while (/[\s,]/.test(text[at] ?? '')) at++
    const end = text[at] === '{' ? endOfObject(text, at) : -1
    if (end < 0) break
    whole.push(text.slice(at, end))
    at = end
  }
  const rest = text.slice(at, at + LONGEST_REST).replaceAll(LINE_ENDS, ' ')
  if (whole.length === 0 || rest === '') return whole
  return [...whole, rest]
}
