// Starts servers as child processes and loads them in turn with wrk, so that every figure of a run is a ratio between
// servers that met the same machine at the same time.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CONNECTIONS = 64
const SECONDS_PER_LOAD = 2

export const requireWrk = () => {
  if (spawnSync('wrk', ['--version']).error !== undefined) {
    console.error('bench: needs wrk on the PATH (Debian: apt-get install wrk)')
    process.exit(2)
  }
}

/** Starts `bench/servers.mjs MODE`; resolves with its URL once it listens. */
export const start = async (mode) => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./servers.mjs', import.meta.url)), mode],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    }
  )
  const [line] = await once(child.stdout, 'data')
  return { mode, pid: child.pid, url: String(line).trim(), stop: () => child.kill('SIGTERM') }
}

const TICK_US = 10_000

/** The processor time of a process in µs, all of its threads; Linux only, as wrk on Debian is. */
const processorUs = (pid) => {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) * TICK_US
}

/**
 * Requests per second, the share of answers that were not 2xx, and the processor time of the server for each request. The last
 * one hardly moves when other programs share the machine; the first one does.
 */
export const load = ({ url, pid }, headers = []) => {
  const flags = headers.flatMap((header) => ['-H', header])
  const beforeUs = processorUs(pid)
  const { stdout } = spawnSync(
    'wrk',
    ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS_PER_LOAD}`, ...flags, url],
    { encoding: 'utf8' }
  )
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
  const total = Number(/(\d+) requests in/.exec(stdout)?.[1])
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0)
  return { perSecond, refusedShare: refused / total, us: (processorUs(pid) - beforeUs) / total }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

/**
 * Loads each server in turn, `rounds` times after one warm-up round; the ratio to the first server is taken round by
 * round, so that drift of the machine's speed cancels out.
 */
export const compare = (servers, { headers = [], rounds = 7 } = {}) => {
  const runs = servers.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    servers.forEach((server, i) => {
      const run = load(server, headers)
      if (round > 0) runs[i].push(run)
    })
  }
  return servers.map(({ mode }, i) => {
    const ratios = runs[i].map(({ perSecond }, round) => perSecond / runs[0][round].perSecond)
    return {
      mode,
      perSecond: Math.round(median(runs[i].map(({ perSecond }) => perSecond))),
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      us: median(runs[i].map(({ us }) => us)),
      usRatio: median(runs[i].map(({ us }, round) => runs[0][round].us / us)),
      refusedShare: median(runs[i].map(({ refusedShare }) => refusedShare)),
    }
  })
}

export const print = (title, rows) => {
  console.log(`\n${title}`)
  for (const row of rows) {
    const { mode, perSecond, ratio, lowest, highest, us, usRatio, refusedShare } = row
    console.log(
      `  ${mode.padEnd(36)} ${String(perSecond).padStart(7)} req/s   ratio ${ratio.toFixed(2)}` +
        ` (${lowest.toFixed(2)}–${highest.toFixed(2)})   ${us.toFixed(0).padStart(3)} µs of processor a request,` +
        ` ratio ${usRatio.toFixed(2)}   refused ${(refusedShare * 100).toFixed(0)} %`
    )
  }
}
