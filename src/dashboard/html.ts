import { escapeHtml } from '../answers/escape.ts'

/** Text that is already HTML. Only `html` creates it. Pages escape any other text. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text
  }
}

/** The contents of a page: text is escaped, lists are joined, absent values are left out. */
export type Part = Html | string | number | false | undefined | readonly Part[]

const written = (part: Part): string => {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(written).join('')
  return escapeHtml(String(part))
}

/**
 * Builds HTML from a template. Events contain text from attackers, so each value is escaped, in text and in quoted
 * attributes. Only another `html` is inserted unescaped.
 *
 * @example html`<a href="${href}">${event.path}</a>`
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Part[]): Html => {
  let text = strings[0]!
  for (const [i, value] of values.entries()) text += written(value) + strings[i + 1]!
  return new Html(text)
}

export const NOTHING = html``
