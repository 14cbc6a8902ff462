// node bench/answers.mjs: refusals in each dialect and coding against the very same bytes from memory, in one run; bytes that a
// refusal allocates; the size of edge1020/client. Needs wrk and a build.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { createEdge } from 'edge1020/node'
import { compare, print, requireWrk, start } from './load.mjs'
import { ANSWERS, BLOCKING_RULE } from './servers.mjs'

/** Few enough that nothing is collected within a batch. */
const CALLS = 1_000
const BATCHES = 15

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

/** Bytes allocated by making an answer, judging included, without events. */
const allocated = async (headers) => {
  const edge = createEdge({ rules: BLOCKING_RULE, store: 'none', bots: 'off' })
  const raw = headers.flatMap((header) => header.split(': '))
  const request = {
    method: 'GET',
    url: '/',
    httpVersion: '1.1',
    rawHeaders: ['Host', 'a.test', ...raw],
  }
  const ask = () => edge.decide(request, { remoteAddress: '127.0.0.1' }).answer.headers
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const batches = Array.from({ length: BATCHES }, () => {
    gc()
    const before = used()
    for (let i = 0; i < CALLS; i++) ask()
    return (used() - before) / CALLS
  })
  await edge.close()
  return batches.toSorted((a, b) => a - b)[Math.floor(BATCHES / 2)]
}

requireWrk()
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`)
for (const [answer, headers] of Object.entries(ANSWERS)) {
  const servers = await Promise.all([`static ${answer}`, 'refusal without events'].map(start))
  try {
    print(answer, compare(servers, { headers }))
  } finally {
    for (const { stop } of servers) stop()
  }
}
console.log('\nBytes allocated for a refusal, judging included')
for (const [answer, headers] of Object.entries(ANSWERS)) {
  console.log(`  ${answer.padEnd(28)} ${(await allocated(headers)).toFixed(0).padStart(7)}`)
}
const client = readFileSync(new URL('../dist/client.js', import.meta.url))
console.log(
  `\nedge1020/client: ${client.length} bytes, ${gzipSync(client, { level: 9 }).length} gzipped`
)
