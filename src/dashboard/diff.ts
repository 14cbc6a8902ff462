import { type Html, html } from './html.ts'

type Line = readonly [kind: ' ' | '+' | '-', text: string]

/** Above this limit, the whole middle of two texts is shown as removed and added. */
const MAX_CELLS = 4_000_000

/** The middle of two texts, line by line. Common lines in the same order stay. */
const middle = (before: readonly string[], after: readonly string[]): Line[] => {
  const [rows, columns] = [before.length, after.length]
  if (rows * columns > MAX_CELLS) {
    return [...before.map((text): Line => ['-', text]), ...after.map((text): Line => ['+', text])]
  }
  const width = columns + 1
  const common = new Uint32Array((rows + 1) * width)
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      common[i * width + j] =
        before[i] === after[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[i] === after[j]) {
      lines.push([' ', before[i++]!])
      j++
    } else if (
      i < rows &&
      (j >= columns || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
    ) {
      lines.push(['-', before[i++]!])
    } else lines.push(['+', after[j++]!])
  }
  return lines
}

/** Returns all lines of two texts, marked as removed, added or unchanged. */
export const diffLines = (before: string, after: string): Line[] => {
  const [one, two] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < one.length && head < two.length && one[head] === two[head]) head++
  let tail = 0
  while (
    tail < one.length - head &&
    tail < two.length - head &&
    one[one.length - 1 - tail] === two[two.length - 1 - tail]
  ) {
    tail++
  }
  const same = (text: string): Line => [' ', text]
  return [
    ...one.slice(0, head).map(same),
    ...middle(one.slice(head, one.length - tail), two.slice(head, two.length - tail)),
    ...one.slice(one.length - tail).map(same),
  ]
}

const CONTEXT = 3
const MARKS = { '+': 'added', '-': 'removed', ' ': '' } as const

/** Shows the changes of a file, with a few lines of context. */
export const diffHtml = (before: string, after: string): Html => {
  const lines = diffLines(before, after)
  const isNear = (at: number) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(([kind]) => kind !== ' ')
  let number = 0
  let wasShown = true
  const rows = lines.flatMap(([kind, text], at) => {
    if (kind !== '-') number++
    if (!isNear(at)) {
      const gap = wasShown && at > 0
      wasShown = false
      return gap ? [html`<tr class="gap"><td></td><td></td><td>…</td></tr>`] : []
    }
    wasShown = true
    const said = MARKS[kind] !== '' && html`<span class="hidden">${MARKS[kind]}: </span>`
    return [
      html`<tr class="${MARKS[kind]}"><td class="no">${kind === '-' ? '' : number}</td><td class="sign" aria-hidden="true">${kind}</td><td><code>${said}${text}</code></td></tr>`,
    ]
  })
  return html`<div class="scroll"><table class="diff"><caption class="hidden">What changes in the file</caption><tbody>${rows}</tbody></table></div>`
}
