import { printable } from './printable.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Text as HTML, in an element or a quoted attribute. Control characters and direction overrides are shown as escapes. */
export const escapeHtml = (text: string): string =>
  printable(text).replace(/[&<>"'`]/g, (unit) => ENTITIES[unit]!)

/** What is HTML already. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | readonly Html[]

const partHtml = (part: Part): string => {
  if (typeof part === 'string') return escapeHtml(part)
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
