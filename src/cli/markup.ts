import { escapeHtml } from '../answers/escape.ts'
import { printable } from './printable.ts'

/** What is HTML already. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | readonly Html[]

const partHtml = (part: Part): string => {
  // Control characters and direction overrides of a log are shown as escapes.
  if (typeof part === 'string') return escapeHtml(printable(part))
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(({ html }) => html).join('')
}

/**
 * A template of HTML: what is put in is text unless it says that it is HTML.
 *
 * @example markup`<p>${'<b>'}</p>` // '<p>&lt;b&gt;</p>'
 */
export const markup = (texts: TemplateStringsArray, ...parts: readonly Part[]): string =>
  texts.map((text, i) => (i === 0 ? text : partHtml(parts[i - 1]!) + text)).join('')
