// What test edges cost a suite: 200 tests, each with an edge of its own and one refused request. node bench/testing.mjs
import { createTestEdge } from 'edge1020/testing'

const TESTS = 200
const rules = [{ name: 'no bots', when: { user_agent: 'bot' }, action: 'block' }]
const BOT = { headers: { 'user-agent': 'bot/1' } }

const suite = async (name, options, ask) => {
  const starts = []
  const [begin, cpu] = [performance.now(), process.cpuUsage()]
  for (let i = 0; i < TESTS; i++) {
    const start = performance.now()
    const edge = await createTestEdge({ rules, ...options })
    starts.push(performance.now() - start)
    await (await ask(edge)).text()
    await edge.close()
  }
  const { user, system } = process.cpuUsage(cpu)
  starts.sort((x, y) => x - y)
  const ms = (value) => value.toFixed(1).padStart(7)
  console.log(
    `${name}: start median ${ms(starts[TESTS / 2])} ms, p95 ${ms(starts[TESTS * 0.95])} ms; ${TESTS} tests ${ms(performance.now() - begin)} ms, processor ${ms((user + system) / 1_000)} ms`
  )
}

await suite('with a socket   ', {}, (edge) => fetch(edge.url, BOT))
await suite('without a socket', { listen: false }, (edge) => edge.fetch('/', BOT))
await suite(
  'country rules   ',
  { rules: [{ name: 'x', when: { country: 'KP' }, action: 'block' }] },
  (edge) => edge.as({ country: 'KP' }).fetch('/')
)
