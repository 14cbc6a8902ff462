// Times ways of doing the same, in turn. What counts is CPU time, so that other work on the machine counts little.
const MAX_BATCH = 1024
const BATCHES_PER_ROUND = 10
const WARM_UP_ROUNDS = 2

/** Milliseconds of all threads of the process: those that compile and collect garbage in the background too. */
export const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

/** So that no engine can find out that nobody looks at the verdicts. */
export let truths = 0

/** Nanoseconds a call of `judge`, with the items in turn, over about `ms`; at least one call. */
const time = (way, ms) => {
  way.batch ??= 1
  way.at ??= 0
  const start = cpuMs()
  let calls = 0
  let spent = 0
  while (spent < ms) {
    for (let i = 0; i < way.batch; i++) {
      if (way.judge(way.items[way.at])) truths++
      way.at = way.at + 1 === way.items.length ? 0 : way.at + 1
    }
    calls += way.batch
    spent = cpuMs() - start
  }
  way.batch = Math.max(1, Math.min(MAX_BATCH, Math.round(calls / BATCHES_PER_ROUND)))
  return (spent / calls) * 1e6
}

export const median = (numbers) => numbers.toSorted((x, y) => x - y)[Math.floor(numbers.length / 2)]

/**
 * Medians of `rounds` in which each way takes its turn, after rounds to warm up; ratios to the first way are taken
 * round by round, so that drift of the machine's speed cancels out.
 */
export const compare = (ways, { rounds, ms }) => {
  const times = ways.map(() => [])
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    ways.forEach((way, i) => {
      const ns = time(way, ms)
      if (round >= 0) times[i].push(ns)
    })
  }
  return times.map((ns, i) => ({
    name: ways[i].name,
    ns: median(ns),
    ratio: median(ns.map((one, round) => one / times[0][round])),
  }))
}
