import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { connect } from 'node:net'
import { memoryStore } from 'edge1020/node'
import { onTestFinished } from 'vitest'

export const RULES = {
  rules: [
    { name: 'evil', expression: 'http.request.body.raw contains "evil"', action: 'block' },
    {
      name: 'admins',
      expression: 'any(http.request.body.form["user"][*] eq "admin")',
      action: 'block',
    },
    {
      name: 'json',
      expression: 'lookup_json_string(http.request.body.raw, "kind") eq "bad"',
      action: 'block',
    },
    {
      name: 'scripts',
      expression: 'any(http.request.body.multipart.filenames[*][0] eq "shell.php")',
      action: 'block',
    },
    { name: 'images', expression: 'http.request.body.mime eq "image/png"', action: 'block' },
    { name: 'huge', expression: 'http.request.body.size gt 3000000', action: 'block' },
  ],
}
export const LIMIT = 131_072
export const LONG = 'x'.repeat(1_000_000)
export const REFUSAL = 'error code: 1020\n'
/** What an app that does not look at the body answers. */
export const IGNORED = 'ignored'

export const options = () => ({ rules: RULES, store: memoryStore(), onWarning: () => {} })

export const sha = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Answers with the SHA-256 of what came, by the plainest means there are. */
export const answerHash: RequestListener = (request: IncomingMessage, response) => {
  if (request.url === '/ignore') {
    response.end(IGNORED)
    return
  }
  const hash = createHash('sha256')
  request
    .on('data', (chunk) => hash.update(chunk))
    .on('end', () => response.end(hash.digest('hex')))
}

export type Stop = () => unknown

export interface Mounted {
  url: string
  stop: Stop
}

export const listening = async (server: Server, stop: Stop): Promise<Mounted> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

export const listener = (handler: RequestListener): Promise<Mounted> => {
  const server = createServer(handler)
  return listening(server, () => {
    server.closeAllConnections()
    server.close()
  })
}

export const chunked = (text: string, size = 10_000) => {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size))
      else controller.close()
      at += size
    },
  })
}

/** A connection that says exactly this. `text` is all that came back. */
export const wire = (url: string) => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const seen = { text: '', isClosed: false }
  socket.on('data', (chunk) => {
    seen.text += chunk
  })
  socket.on('close', () => {
    seen.isClosed = true
  })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return { socket, seen, write: (text: string) => void socket.write(text, 'latin1') }
}

export const head = (lines: string, path = '/', method = 'POST') =>
  `${method} ${path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: identity\r\n${lines}\r\n`

export const withLength = (body: string, path = '/', method = 'POST') =>
  head(`Content-Length: ${body.length}\r\n`, path, method) + body
