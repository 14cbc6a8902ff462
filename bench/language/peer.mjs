// node bench/language/peer.mjs NAME COUNT: times one peer with so many rules; prints JSON.
import { peers } from './peers.mjs'
import { requests } from './requests.mjs'
import { rules } from './rules.mjs'
import { compare } from './timing.mjs'

const REQUESTS = 64
const TIMING = { rounds: 3, ms: 100 }

const [name, count] = process.argv.slice(2)
try {
  const ways = await peers[name](rules(Number(count)), requests(REQUESTS))
  console.log(JSON.stringify({ rows: ways.flatMap((way) => compare([way], TIMING)) }))
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
  console.log(JSON.stringify({ skipped: 'not installed (npm install --prefix bench/peers)' }))
}
