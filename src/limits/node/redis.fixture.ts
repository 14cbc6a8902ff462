import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const BINARIES = ['redis-server', 'valkey-server']

/** The server of Redis or Valkey on this machine. */
const binary = BINARIES.find((name) => spawnSync(name, ['--version']).status === 0)

/**
 * Whether tests against a real Redis run here. Without one, they are skipped with a message; in CI they fail.
 */
export const hasRedis = (): boolean => {
  if (binary !== undefined) return true
  if (process.env.CI === 'true') throw new Error(`expected ${BINARIES.join(' or ')} in CI`)
  console.warn(`skipped: tests with Redis need ${BINARIES.join(' or ')} (Debian: redis-server)`)
  return false
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface RunningRedis {
  readonly url: string
  /** Suspends the server: connections stay open, and nothing is answered. */
  pause(): void
  resume(): void
  /** Ends the server; its data is lost. */
  stop(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
}

/** Starts a separate Redis, in memory only. */
export const startRedis = async (): Promise<RunningRedis> => {
  const port = await freePort()
  let running: ReturnType<typeof spawn> | undefined
  const start = async () => {
    const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp']
    const child = spawn(binary!, options, { stdio: ['ignore', 'pipe', 'ignore'] })
    running = child
    for await (const line of createInterface(child.stdout!)) {
      if (/ready to accept connections/i.test(line)) break
    }
    child.stdout!.resume()
    if (child.exitCode !== null) throw new Error(`${binary} ended with ${child.exitCode}`)
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => {
      running?.kill('SIGSTOP')
    },
    resume: () => {
      running?.kill('SIGCONT')
    },
    stop: async () => {
      const child = running
      running = undefined
      if (child === undefined) return
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
    start,
  }
}
