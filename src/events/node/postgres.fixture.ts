import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, connect as open } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSIONS = '/usr/lib/postgresql'
const SERVER_USER = 'postgres'

/** The directory with Debian's newest `initdb`, `pg_ctl` and `psql`. */
const binaries = ((): string | undefined => {
  try {
    const [newest] = readdirSync(VERSIONS).sort((x, y) => Number(y) - Number(x))
    return newest === undefined ? undefined : join(VERSIONS, newest, 'bin')
  } catch {
    return undefined
  }
})()

/**
 * Whether tests with a real PostgreSQL run here. Without one, they are skipped with a message; in CI they fail.
 */
export const hasPostgres = (): boolean => {
  if (binaries !== undefined) return true
  if (process.env['CI'] === 'true') throw new Error(`expected PostgreSQL in ${VERSIONS} in CI`)
  console.warn(`skipped: tests with PostgreSQL need ${VERSIONS}/*/bin (Debian: postgresql)`)
  return false
}

const folders = mkdtempSync(join(tmpdir(), 'edge1020-spills-'))
process.once('exit', () => rmSync(folders, { recursive: true, force: true }))

/** An empty directory for the spill of a store. */
export const newFolder = (): string => mkdtempSync(join(folders, 'spill-'))

/** The number of places created at once. */
const PLACES = 250

const isRoot = process.getuid?.() === 0

/** The server refuses to run as root. */
const commandOf = (name: string, args: readonly string[]): [file: string, args: string[]] => {
  const file = join(binaries!, name)
  if (!isRoot) return [file, [...args]]
  const user = [`--reuid=${SERVER_USER}`, `--regid=${SERVER_USER}`, '--init-groups']
  return ['setpriv', [...user, file, ...args]]
}

const run = (name: string, ...args: string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(...commandOf(name, args), {
    encoding: 'utf8',
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${error ?? stderr}${stdout}`)
  return stdout
}

const idOf = (flag: '-u' | '-g') =>
  Number(spawnSync('id', [flag, SERVER_USER], { encoding: 'utf8' }).stdout)

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A proxy between the edge and the server that can delay or drop their messages. */
export interface Between {
  readonly port: number
  /** Stops all traffic without closing connections. */
  hold(): void
  /** Passes requests to the server, but holds its answers. */
  holdAnswers(): void
  /** Delays each message by this time. */
  slow(ms: number): void
  /** Closes all connections. */
  cut(): void
  /** Passes the held traffic. */
  release(): void
  close(): void
}

export interface RunningPostgres {
  readonly port: number
  readonly password: string
  /** The address of a place without tables: a separate schema, which is faster to create than a database. */
  place(): string
  /** Rows of one statement, in `psql`'s output. */
  sql(address: string, text: string): string
  /** Stops the server like its owner. */
  stop(): void
  /** The same without keeping this process from its work. */
  stopBeside(): Promise<void>
  start(): void
  startBeside(): Promise<void>
  isRunning(): boolean
  /** `kill -9` of its main process: the other processes notice it. */
  kill(): Promise<void>
  remove(): void
}

/** Starts a separate PostgreSQL in a temporary directory. */
export const startPostgres = async (...settings: string[]): Promise<RunningPostgres> => {
  const port = await freePort()
  const password = 'Secret-w0rd'
  const folder = mkdtempSync(join(tmpdir(), 'edge1020-postgres-'))
  const data = join(folder, 'data')
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'))
  run('initdb', '-D', data, '-U', 'edge', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N')
  // One user needs a password.
  const access = join(data, 'pg_hba.conf')
  const guard = 'host all guarded 127.0.0.1/32 scram-sha-256\n'
  writeFileSync(access, guard + readFileSync(access, 'utf8'))
  const options = [
    `-p ${port}`,
    '-c listen_addresses=127.0.0.1',
    `-c unix_socket_directories=${folder}`,
    '-c fsync=off',
    // A machine that fails is not what is tested.
    '-c full_page_writes=off',
    '-c wal_level=minimal',
    '-c max_wal_senders=0',
    '-c max_connections=30',
    ...settings.map((setting) => `-c ${setting}`),
  ].join(' ')
  const startArgs = ['-D', data, '-w', '-o', options, '-l', join(folder, 'log'), 'start']
  const stopArgs = ['-D', data, '-w', '-m', 'fast', 'stop']
  const start = () => void run('pg_ctl', ...startArgs)
  const beside = async (args: string[]) => {
    const child = spawn(...commandOf('pg_ctl', args), { cwd: tmpdir(), stdio: 'ignore' })
    const [status] = await once(child, 'exit')
    if (status !== 0) throw new Error(`pg_ctl ${args.join(' ')}: ${status}`)
  }
  start()
  const isRunning = () => {
    try {
      run('pg_ctl', '-D', data, 'status')
      return true
    } catch {
      return false
    }
  }
  const sql = (address: string, text: string) => run('psql', '-XAtq', '-d', address, '-c', text)
  const whole = `postgres://edge:${password}@127.0.0.1:${port}/postgres`
  let places = 0
  return {
    port,
    password,
    sql,
    place: () => {
      if (places % PLACES === 0) {
        const names = Array.from({ length: PLACES }, (_, i) => `CREATE SCHEMA place_${places + i}`)
        sql(whole, names.join('; '))
      }
      return `${whole}?options=-csearch_path%3Dplace_${places++}`
    },
    stop: () => void run('pg_ctl', ...stopArgs),
    stopBeside: () => beside(stopArgs),
    start,
    startBeside: () => beside(startArgs),
    isRunning,
    kill: async () => {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGKILL')
      // Its children end when they notice; only then may another one start.
      while (isRunning());
    },
    remove: () => {
      try {
        run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop')
      } catch {
        // It is stopped.
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A proxy in front of a port that simulates a slow or broken network. */
export const standBetween = async (port: number): Promise<Between> => {
  const sockets = new Set<Socket>()
  const farSockets = new Set<Socket>()
  let isHeld = false
  let areAnswersHeld = false
  let delayMs = 0
  const server = createServer((near) => {
    const far = open(port, '127.0.0.1')
    farSockets.add(far)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      const delayed: Buffer[] = []
      from.on('data', (bytes) => {
        if (delayMs === 0 && delayed.length === 0) {
          to.write(bytes)
          return
        }
        delayed.push(bytes)
        // The oldest goes first, whichever timer ends first.
        setTimeout(() => to.write(delayed.shift()!), delayMs)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        farSockets.delete(from)
        to.destroy()
      })
      if (isHeld || (from === far && areAnswersHeld)) from.pause()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      isHeld = true
      for (const socket of sockets) socket.pause()
    },
    holdAnswers: () => {
      areAnswersHeld = true
      for (const socket of farSockets) socket.pause()
    },
    slow: (ms) => {
      delayMs = ms
    },
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    release: () => {
      isHeld = false
      areAnswersHeld = false
      for (const socket of sockets) socket.resume()
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
