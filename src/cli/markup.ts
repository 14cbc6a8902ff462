import { escapeHtml } from '../answers/escape.ts'
import { printable } from './printable.ts'

/** Text that is already HTML. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | readonly Html[]

const partHtml = (part: Part): string => {
  // Log texts may contain control characters and direction overrides; they become visible escapes.
  if (typeof part === 'string') return escapeHtml(printable(part))
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(({ html }) => html).join('')
}

/**
 * Returns HTML from a template. Inserted values are escaped, except those of type `Html`.
 *
 * @example markup`<p>${'<b>'}</p>` // '<p>&lt;b&gt;</p>'
 */
export const markup = (texts: TemplateStringsArray, ...parts: readonly Part[]): string =>
  texts.map((text, i) => (i === 0 ? text : partHtml(parts[i - 1]!) + text)).join('')
