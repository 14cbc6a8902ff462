import { escapeHtml } from '../answers/escape.ts'

/** Text that is HTML already. Only `html` makes it: whatever else goes into a page is escaped. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text
  }
}

/** What a page may hold: text is escaped, lists are joined, what is absent is left out. */
export type Part = Html | string | number | false | undefined | readonly Part[]

const written = (part: Part): string => {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(written).join('')
  return escapeHtml(String(part))
}

/**
 * HTML from a template. Events hold what attackers sent: each value is escaped, in a text and in a quoted attribute. There is no
 * way around that but another `html`.
 *
 * @example html`<a href="${href}">${event.path}</a>`
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Part[]): Html => {
  let text = strings[0]!
  for (const [i, value] of values.entries()) text += written(value) + strings[i + 1]!
  return new Html(text)
}

/** Nothing. */
export const NOTHING = html``
