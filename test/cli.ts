import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Io } from '../src/cli/command.ts'
import { EXIT_USAGE } from '../src/cli/command.ts'
import { errorText } from '../src/cli/error-text.ts'
import { cliWith } from '../src/cli/io.fixture.ts'
import { runCli } from '../src/cli/run.ts'

export const ROOT = resolve(import.meta.dirname, '..')
const MAIN = join(ROOT, 'dist/cli/main.js')
const READY_TIMEOUT_MS = 45_000

export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36'

export interface Ran {
  code: number | null
  out: string
  err: string
}

/**
 * Runs the command line to its end: in this process, where its start costs nothing; built and in a process of its own where the
 * test gives it a place or an environment. A `serve` that is not refused would not end: `startServe` starts one.
 */
export const run = async (
  args: readonly string[],
  { cwd, env, input = '' }: { cwd?: string; env?: Record<string, string>; input?: string } = {}
): Promise<Ran> => {
  if (cwd !== undefined || env !== undefined) return runBuilt(args, { cwd, env, input })
  const { code, out, err, error } = await cliWith(input, ...args)
  if (code !== undefined) return { code, out, err }
  return { code: EXIT_USAGE, out, err: err + errorText(error, args[0]) }
}

/** Runs the built command line to its end, in a process of its own. */
export const runBuilt = async (
  args: readonly string[],
  {
    cwd = ROOT,
    env = {},
    input = '',
  }: { cwd?: string; env?: Record<string, string>; input?: string } = {}
): Promise<Ran> => {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env } })
  const texts = collect(child)
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}

const collect = (child: ChildProcessWithoutNullStreams) => {
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text
  })
  return texts
}

/** A `serve` that runs. */
export interface Running {
  url: string
  admin: string
  ready: Record<string, unknown>
  texts: { out: string; err: string }
  /** Sends SIGTERM (or another signal) and gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** A `serve` in a process of its own. */
export interface RunningBuilt extends Running {
  child: ChildProcessWithoutNullStreams
}

const FREE_PORTS = ['--port', '0', '--admin-port', '0']

/** What the ready line says. */
const readyOf = (texts: { out: string; err: string }) => {
  if (!texts.out.includes('\n')) {
    throw new Error(`serve did not get ready:\n${texts.out}${texts.err}`)
  }
  const ready = JSON.parse(texts.out.slice(0, texts.out.indexOf('\n'))) as Record<string, unknown>
  return { url: String(ready.url), admin: String(ready.admin), ready }
}

/** Runs `edge1020 serve` in this process, where its start costs a tenth; `begun` settles at its first output, or at its error. */
export const serveHere = (args: readonly string[]) => {
  const signals = new EventEmitter()
  const exited = new Promise<number>((exit) => signals.once('exit', exit))
  const texts = { out: '', err: '' }
  const begun = new Promise<void>((begin) => {
    const io: Io = {
      out: (text) => {
        texts.out += text
        begin()
      },
      err: (text) => {
        texts.err += text
      },
      color: false,
      stdin: Readable.from([]),
      process: Object.assign(signals, { exit: (code: number) => signals.emit('exit', code) }),
    }
    runCli(['serve', ...FREE_PORTS, ...args], io).catch((error: unknown) => {
      texts.err += errorText(error, 'serve')
      begin()
    })
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    signals.emit(signal, signal)
    return exited
  }
  return { texts, begun, stop }
}

/**
 * Starts `edge1020 serve --json` on free ports and waits for its ready line: in this process; built and in a process of its own
 * where the test gives it a place or an environment.
 */
export const startServe = async (
  args: readonly string[] = [],
  { cwd, env }: { cwd?: string; env?: Record<string, string> } = {}
): Promise<Running> => {
  if (cwd !== undefined || env !== undefined) return startBuiltServe(args, { cwd, env })
  const { texts, begun, stop } = serveHere(['--json', ...args])
  await begun
  return { ...readyOf(texts), texts, stop }
}

/** `startServe` with the built command line, in a process of its own. */
export const startBuiltServe = async (
  args: readonly string[] = [],
  { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {}
): Promise<RunningBuilt> => {
  const child = spawn(process.execPath, [MAIN, 'serve', ...FREE_PORTS, '--json', ...args], {
    cwd,
    env: { ...process.env, ...env },
  })
  const texts = collect(child)
  const exited = once(child, 'close')
  const late = setTimeout(() => child.kill('SIGKILL'), READY_TIMEOUT_MS)
  const line = new Promise<void>((done) => {
    child.stdout.on('data', () => {
      if (texts.out.includes('\n')) done()
    })
  })
  await Promise.race([line, exited])
  clearTimeout(late)
  return {
    ...readyOf(texts),
    texts,
    child,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null) child.kill(signal)
      const [code] = (await exited) as [number | null]
      return code
    },
  }
}

/** A scratch directory, removed by `remove()`. */
export const scratch = () => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-test-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

export interface Got {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Names and values as they were on the wire. */
  rawHeaders: string[]
  /** Decoded. */
  body: string
}

const decoded = (bytes: Buffer, coding: string | undefined): string => {
  if (bytes.length === 0 || coding === undefined) return bytes.toString()
  return (coding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)).toString()
}

/** One request with just the headers that are given (a `fetch` would add its own). */
export const get = (
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {}
): Promise<Got> =>
  new Promise((done, fail) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('end', () =>
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          rawHeaders: incoming.rawHeaders,
          body: decoded(Buffer.concat(parts), incoming.headers['content-encoding']),
        })
      )
      incoming.on('error', fail)
    })
    outgoing.on('error', fail)
    outgoing.end(body)
  })

/** Sends bytes as they are and gives everything that comes back until the peer closes (or stays silent). */
export const raw = (url: string, bytes: string | Buffer, silenceMs = 20_000): Promise<string> =>
  new Promise((done) => {
    const { hostname, port } = new URL(url)
    let text = ''
    const socket = connect({ host: hostname, port: Number(port) }, () =>
      socket.write(bytes, 'latin1')
    )
    const finish = () => {
      socket.destroy()
      done(text)
    }
    socket.setTimeout(silenceMs, finish)
    socket.on('data', (part) => {
      text += part.toString('latin1')
    })
    socket.on('error', finish)
    socket.on('close', finish)
  })

export const portOf = (address: AddressInfo | string | null) => (address as AddressInfo).port
