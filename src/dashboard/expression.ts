import { type Html, html, type Part } from './html.ts'

/** A piece of an expression and its kind. */
const TOKEN =
  /(?<text>"(?:[^"\\]|\\.)*"|r(?<hash>#*)"[\s\S]*?"\k<hash>)|(?<list>\$[\w.]+)|(?<word>[a-z_][\w.]*)|(?<number>\d[\w.:/]*)|(?<space>\s+)|(?<mark>.)/gisu
const WORDS = new Set(
  'and or not xor in eq ne lt le gt ge contains matches wildcard strict true false any all'.split(
    ' '
  )
)

/** Splits an expression into words, each with its kind. */
const coloured = (text: string): Part[] =>
  [...text.matchAll(TOKEN)].map((match) => {
    const [token] = match
    const groups = match.groups!
    if (groups['text'] !== undefined || groups['number'] !== undefined) {
      return html`<span class="s">${token}</span>`
    }
    if (groups['list'] !== undefined) return html`<span class="l">${token}</span>`
    return groups['word'] !== undefined && WORDS.has(token)
      ? html`<span class="w">${token}</span>`
      : token
  })

interface Range {
  readonly start: number
  readonly end: number
}

/** The ranges of these parts in the expression, in order and disjoint. A part inside another one is dropped. */
const rangesOf = (expression: string, parts: readonly string[]): Range[] => {
  const ranges: Range[] = []
  for (const part of [...parts].sort((x, y) => y.length - x.length)) {
    const bare = part.replace(/^not\s+/, '')
    for (const text of [part, bare]) {
      const start = text === '' ? -1 : expression.indexOf(text)
      if (start < 0) continue
      const end = start + text.length
      if (!ranges.some((one) => start < one.end && one.start < end)) ranges.push({ start, end })
      break
    }
  }
  return ranges.sort((x, y) => x.start - y.start)
}

/** Shows an expression and marks the parts that made it true. */
export const expressionHtml = (expression: string, matched: readonly string[] = []): Html => {
  const parts: Part[] = []
  let at = 0
  for (const { start, end } of rangesOf(expression, matched)) {
    parts.push(coloured(expression.slice(at, start)))
    parts.push(html`<mark>${coloured(expression.slice(start, end))}</mark>`)
    at = end
  }
  parts.push(coloured(expression.slice(at)))
  return html`<pre class="expression" tabindex="0"><code>${parts}</code></pre>`
}
