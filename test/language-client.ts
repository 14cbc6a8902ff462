import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from './cli.ts'

const MAIN = join(ROOT, 'dist/cli/main.js')

export interface Position {
  line: number
  character: number
}

export interface Range {
  start: Position
  end: Position
}

export interface Edit {
  range: Range
  newText: string
}

export interface Diagnostic {
  range: Range
  severity: number
  code: string
  message: string
}

interface Message {
  id?: number
  method?: string
  params?: { uri?: string; version?: number; diagnostics?: Diagnostic[] }
  result?: unknown
  error?: { code: number; message: string }
}

/** An editor, as far as tests need one: it speaks to `edge1020 lsp` over its standard streams. */
export class LanguageClient {
  readonly child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<unknown[]>
  #read = Buffer.alloc(0)
  #lastId = 0
  /** Of any document: what is told of one that is closed meanwhile is not taken for a later one's. */
  #lastVersion = 0
  readonly #answers = new Map<number, (message: Message) => void>()
  readonly #waiting = new Set<() => void>()
  /** The diagnostics of each document, in the order in which they came. */
  readonly published: { uri: string; version?: number; diagnostics: Diagnostic[] }[] = []
  readonly documents = new Map<string, { text: string; version: number }>()
  errors = ''

  constructor(args: readonly string[] = ['lsp', '--stdio']) {
    this.child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT })
    this.#closed = once(this.child, 'close')
    this.child.stdout.on('data', (bytes: Buffer) => this.#receive(bytes))
    this.child.stderr.on('data', (bytes: Buffer) => {
      this.errors += bytes.toString()
    })
    this.child.stdin.on('error', () => {})
  }

  #receive(bytes: Buffer): void {
    this.#read = Buffer.concat([this.#read, bytes])
    for (;;) {
      const head = this.#read.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(
        /content-length: (\d+)/i.exec(this.#read.subarray(0, head).toString())?.[1]
      )
      const end = head + 4 + length
      if (this.#read.length < end) return
      const message = JSON.parse(this.#read.subarray(head + 4, end).toString()) as Message
      this.#read = this.#read.subarray(end)
      this.#take(message)
    }
  }

  #take(message: Message): void {
    if (message.id !== undefined && message.method === undefined) {
      this.#answers.get(message.id)?.(message)
      this.#answers.delete(message.id)
      return
    }
    if (message.method === 'textDocument/publishDiagnostics') {
      const { uri = '', version, diagnostics = [] } = message.params ?? {}
      this.published.push({ uri, diagnostics, ...(version === undefined ? {} : { version }) })
      for (const wake of this.#waiting) wake()
    }
  }

  raw(text: string): void {
    this.child.stdin.write(text)
  }

  send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.raw(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  notify(method: string, params: object): void {
    this.send({ method, params })
  }

  async message(method: string, params: object = {}): Promise<Message> {
    const id = ++this.#lastId
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve))
    this.send({ id, method, params })
    return answer
  }

  async request<Result>(method: string, params: object = {}): Promise<Result> {
    const { result, error } = await this.message(method, params)
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result as Result
  }

  async start(): Promise<{ capabilities: Record<string, unknown>; serverInfo: { name: string } }> {
    const answer = await this.request<{
      capabilities: Record<string, unknown>
      serverInfo: { name: string }
    }>('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
    this.notify('initialized', {})
    return answer
  }

  open(uri: string, languageId: string, text: string): void {
    const version = ++this.#lastVersion
    this.documents.set(uri, { text, version })
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version, text } })
  }

  closeAll(): void {
    for (const uri of this.documents.keys()) {
      this.notify('textDocument/didClose', { textDocument: { uri } })
    }
    this.documents.clear()
  }

  /** Types in place of a range, and keeps the text as an editor does. */
  type(uri: string, range: Range, text: string): void {
    const document = this.documents.get(uri)!
    const start = offsetAt(document.text, range.start)
    const end = offsetAt(document.text, range.end)
    document.text = document.text.slice(0, start) + text + document.text.slice(end)
    document.version = ++this.#lastVersion
    this.notify('textDocument/didChange', {
      textDocument: { uri, version: document.version },
      contentChanges: [{ range, text }],
    })
  }

  /** Applies edits to the text that the editor has. */
  apply(uri: string, edits: readonly Edit[]): string {
    const { text } = this.documents.get(uri)!
    return [...edits]
      .sort((x, y) => offsetAt(text, y.range.start) - offsetAt(text, x.range.start))
      .reduce(
        (changed, { range, newText }) =>
          changed.slice(0, offsetAt(text, range.start)) +
          newText +
          changed.slice(offsetAt(text, range.end)),
        text
      )
  }

  /** The next diagnostics that fulfil a condition, of those not seen yet. */
  async diagnostics(
    uri: string,
    accepts: (diagnostics: Diagnostic[]) => boolean = () => true
  ): Promise<Diagnostic[]> {
    const version = this.documents.get(uri)?.version
    for (;;) {
      const found = this.published.find(
        (one) => one.uri === uri && one.version === version && accepts(one.diagnostics)
      )
      if (found !== undefined) return found.diagnostics
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
      })
    }
  }

  /** The end of the process. */
  async closed(): Promise<number | null> {
    const [code] = await this.#closed
    return code as number | null
  }

  async stop(): Promise<number | null> {
    await this.request('shutdown')
    this.notify('exit', {})
    return this.closed()
  }
}

/** Offset of a position: characters are UTF-16 units, lines end with LF or CRLF. */
export const offsetAt = (text: string, { line, character }: Position): number => {
  let at = 0
  for (let i = 0; i < line; i++) at = text.indexOf('\n', at) + 1
  return at + character
}

/** The position of a text in a document; `after` for the one behind it. */
export const positionOf = (text: string, part: string, after = false): Position => {
  const found = text.indexOf(part)
  if (found < 0) throw new Error(`${JSON.stringify(part)} is not in the document`)
  const at = found + (after ? part.length : 0)
  const line = text.slice(0, at).split('\n').length - 1
  return { line, character: at - (text.lastIndexOf('\n', at - 1) + 1) }
}

export const textIn = (text: string, { start, end }: Range): string =>
  text.slice(offsetAt(text, start), offsetAt(text, end))
