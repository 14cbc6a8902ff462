import type { Diagnostic } from '../error.ts'
import { type Html, html } from './html.ts'

const before = ({ sourceLine, column }: Diagnostic) =>
  [...sourceLine]
    .slice(0, Math.max(0, column - 1))
    .map((char) => (char === '\t' ? '\t' : ' '))
    .join('')

/** Lists the problems of a document: each with its place, its line and carets. */
export const problemList = (diagnostics: readonly Diagnostic[]): Html =>
  html`<ol class="problems" role="alert">${diagnostics.map(
    (one) =>
      html`<li class="${one.severity}"><p><a href="#text" data-line="${one.line}">Line ${one.line}:${one.column}</a> ${one.message}</p><pre tabindex="0">${one.sourceLine}
${before(one)}<b>${'^'.repeat(Math.max(1, one.length))}</b></pre>${one.help !== undefined && html`<p class="faint">${one.help}</p>`}</li>`
  )}</ol>`
