import type { Position, Range } from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { Embedded, Syntax } from './embedded.ts'
import { embeddedIn, syntaxOf, unitAt } from './embedded.ts'
import type { NamedList } from './lists.ts'
import { listsIn } from './lists.ts'

const OWN_KEYS = /^(?:rules|access|lockdown|user_agents|rate_limits|lists|zones)[ \t]*:/m
const OWN_MEMBERS = /"(?:rules|access|lockdown|user_agents|rate_limits|lists|zones)"\s*:/
const OF_CLOUDFLARE = /"(?:phase|result|success|filter|format_version)"\s*:/

/** A document at one version, with the expressions in it. */
export class View {
  readonly text: string
  readonly syntax: Syntax
  readonly lineEnd: string
  readonly expressions: readonly Embedded[]
  #lists: readonly NamedList[] | undefined

  constructor(readonly document: TextDocument) {
    this.text = document.getText()
    this.syntax = syntaxOf(document.uri, document.languageId)
    this.lineEnd = this.text.includes('\r\n') ? '\r\n' : '\n'
    this.expressions = embeddedIn(this.text, this.syntax)
  }

  /** True for rule documents of edge1020's own: the loader and the lints know the whole of them. */
  get isOwn(): boolean {
    if (this.syntax === 'yaml') return OWN_KEYS.test(this.text)
    return this.syntax === 'json' && OWN_MEMBERS.test(this.text) && !OF_CLOUDFLARE.test(this.text)
  }

  get lists(): readonly NamedList[] {
    this.#lists ??= listsIn(
      this.text,
      this.syntax,
      this.expressions.map(({ source }) => source)
    )
    return this.#lists
  }

  range(start: number, end: number): Range {
    return { start: this.document.positionAt(start), end: this.document.positionAt(end) }
  }

  /** The expression at a position, and the unit of it. */
  at(position: Position): { embedded: Embedded; unit: number } | undefined {
    const offset = this.document.offsetAt(position)
    for (const embedded of this.expressions) {
      const unit = unitAt(embedded, offset)
      if (unit !== undefined) return { embedded, unit }
    }
    return undefined
  }
}
