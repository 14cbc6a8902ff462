import type { CompletionItem, Connection, Hover } from 'vscode-languageserver'
import { CompletionItemKind, MarkupKind, TextDocumentSyncKind } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { wholeLanguage } from '../language/whole.ts'
import { actionsIn } from './actions.ts'
import { Checker } from './check.ts'
import type { Proposal } from './completion.ts'
import { complete } from './completion.ts'
import { View } from './document.ts'
import { offsetOf } from './embedded.ts'
import { formatEdits } from './format.ts'
import type { Found } from './found.ts'
import { hover } from './hover.ts'
import { carried, joined } from './joined.ts'
import { completeKeys, keyText } from './keys.ts'
import { expressionProblems } from './problems.ts'

/** The whole document is checked when nobody has typed for so long. */
const IDLE_MS = 150

const KINDS = {
  field: CompletionItemKind.Field,
  function: CompletionItemKind.Function,
  operator: CompletionItemKind.Operator,
  value: CompletionItemKind.EnumMember,
  list: CompletionItemKind.Variable,
  key: CompletionItemKind.Property,
} as const

interface Open {
  readonly view: View
  /** What is wrong with the expressions of this version. */
  readonly problems: readonly Found[]
  /** What the check of the whole document has found, of this version or an earlier one. */
  findings: readonly Found[]
  /** The check of the whole document, while it waits. */
  timer?: NodeJS.Timeout
}

const foundIn = (open: Open | undefined): Found[] =>
  open === undefined ? [] : joined(open.problems, open.findings)

const linesOf = (view: View) => view.text.split(/\r?\n/)

const markdown = (value: string) => ({ kind: MarkupKind.Markdown, value })

/** Answers the requests of one editor. */
export class EditorService {
  readonly #open = new Map<string, Open>()
  readonly #checker: Checker

  constructor(
    private readonly connection: Connection,
    private readonly version: string
  ) {
    wholeLanguage()
    this.#checker = new Checker(
      ({ uri, version, found }) => {
        const open = this.#open.get(uri)
        if (open?.view.document.version !== version) return
        open.findings = found
        this.#send(open)
      },
      (message) => connection.console.error(`edge1020 lsp: ${message}`)
    )
    connection.onInitialize(() => ({
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        completionProvider: { triggerCharacters: ['.', '$', '"', '{', ' '] },
        documentFormattingProvider: true,
        documentRangeFormattingProvider: true,
        codeActionProvider: { codeActionKinds: ['quickfix'] },
      },
      serverInfo: { name: 'edge1020', version: this.version },
    }))
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) =>
      this.#see(TextDocument.create(uri, languageId, version, text))
    )
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const known = this.#open.get(uri)
      if (known === undefined) return
      const findings = carried(known.findings, contentChanges)
      this.#see(TextDocument.update(known.view.document, contentChanges, version), findings)
    })
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      clearTimeout(this.#open.get(uri)?.timer)
      this.#open.delete(uri)
      this.#checker.forget(uri)
      connection.sendDiagnostics({ uri, diagnostics: [] })
    })
    connection.onHover(({ textDocument, position }) => this.#hover(textDocument.uri, position))
    connection.onCompletion(({ textDocument, position }) =>
      this.#complete(textDocument.uri, position)
    )
    connection.onDocumentFormatting(({ textDocument }) => {
      const open = this.#open.get(textDocument.uri)
      return open === undefined ? [] : formatEdits(open.view)
    })
    connection.onDocumentRangeFormatting(({ textDocument, range }) => {
      const open = this.#open.get(textDocument.uri)
      return open === undefined ? [] : formatEdits(open.view, range)
    })
    connection.onCodeAction(({ textDocument: { uri }, range }) =>
      actionsIn(uri, foundIn(this.#open.get(uri)), range)
    )
    connection.onShutdown(() => {
      for (const { timer } of this.#open.values()) clearTimeout(timer)
      this.#checker.close()
    })
  }

  listen(): void {
    this.connection.listen()
  }

  /** Says at once what is wrong with the expressions, and when nobody types any more what the loader and the lints find. */
  #see(document: TextDocument, findings: readonly Found[] = []): void {
    const { uri, languageId, version } = document
    clearTimeout(this.#open.get(uri)?.timer)
    const view = new View(document)
    const open: Open = { view, problems: expressionProblems(view), findings }
    const { text } = view
    open.timer = setTimeout(() => this.#checker.ask({ uri, languageId, version, text }), IDLE_MS)
    this.#open.set(uri, open)
    this.#send(open)
  }

  #send(open: Open): void {
    const { uri, version } = open.view.document
    const diagnostics = foundIn(open).map(({ diagnostic }) => diagnostic)
    void this.connection.sendDiagnostics({ uri, version, diagnostics })
  }

  #hover(uri: string, position: { line: number; character: number }): Hover | undefined {
    const view = this.#open.get(uri)?.view
    if (view === undefined) return undefined
    const place = view.at(position)
    if (place !== undefined) {
      const { embedded, unit } = place
      const found = hover(embedded.source, unit, view.lists)
      if (found === undefined) return undefined
      const range = view.range(offsetOf(embedded, found.start), offsetOf(embedded, found.end))
      return { contents: markdown(found.text), range }
    }
    if (view.syntax !== 'yaml' || !view.isOwn) return undefined
    const found = keyText(linesOf(view), position.line, position.character)
    if (found === undefined) return undefined
    const { line } = position
    const range = {
      start: { line, character: found.start },
      end: { line, character: found.end },
    }
    return { contents: markdown(found.text), range }
  }

  #complete(uri: string, position: { line: number; character: number }): CompletionItem[] {
    const view = this.#open.get(uri)?.view
    if (view === undefined) return []
    const place = view.at(position)
    if (place !== undefined) {
      const { embedded, unit } = place
      const { start, items } = complete(embedded.source, unit, view.lists)
      const from = view.document.positionAt(offsetOf(embedded, start))
      return items.map((item) => itemOf(item, from, position))
    }
    if (view.syntax !== 'yaml') return []
    const { start, items } = completeKeys(linesOf(view), position.line, position.character)
    const from = { line: position.line, character: start }
    return items.map((item) => itemOf(item, from, position))
  }
}

const itemOf = (
  { label, kind, detail, text, insert }: Proposal,
  start: { line: number; character: number },
  end: { line: number; character: number }
): CompletionItem => ({
  label,
  kind: KINDS[kind],
  ...(detail === undefined ? {} : { detail }),
  ...(text === undefined ? {} : { documentation: markdown(text) }),
  // Countries are found by their names, too.
  ...(kind === 'value' && detail !== undefined ? { filterText: `${label} ${detail}` } : {}),
  textEdit: { range: { start, end }, newText: insert ?? label },
})
