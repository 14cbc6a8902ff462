// node bench/replay.mjs [--lines N] [--gb N]: what `edge1020 replay` costs for each line of a combined log with 100 rules, against
// `grep -c`, a loop in Python that takes lines apart, and an awk that counts addresses, paths and agents as log analysers do.
// Processor time of user and system, of edge1020 for the second half of the lines, so that its start does not count. With --gb it streams so much through standard input
// and prints the memory as it goes. Needs a build.
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '1000000' }, gb: { type: 'string', default: '0' } },
})
const LINES = Number(values.lines)
const ROUNDS = 3
const BLOCK_LINES = 50_000
const ADDRESSES = 4_000
const MAIN = resolve(import.meta.dirname, '../dist/cli/main.js')
const folder = mkdtempSync(join(tmpdir(), 'edge1020-bench-replay-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** The same numbers in each run. */
let seed = 0x2545f491
const random = (below) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return (seed >>> 8) % below
}
/** A few are frequent, as on real sites. */
const skewed = (below) => Math.min(random(below), random(below), random(below))

const AGENTS = Array.from({ length: 400 }, (_, i) =>
  i % 10 === 0
    ? `Mozilla/5.0 (compatible; Spider${i}/1.0; +http://spider${i}.test/bot.html)`
    : `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + (i % 49)}.0.${i}.0 Safari/537.36`
)
const PATHS = Array.from(
  { length: 2_000 },
  (_, i) => `/shop/category-${i % 40}/item-${i}${i % 5 === 0 ? '?page=2&sort=price' : ''}`
)
const HOSTILE = ['/wp-login.php', '/.env', '/xmlrpc.php', '/phpmyadmin/', '/.git/config']

const line = (i) => {
  const address = 0x2e000000 + skewed(ADDRESSES) * 7919
  const ip = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
  const path = random(50) === 0 ? HOSTILE[random(HOSTILE.length)] : PATHS[skewed(PATHS.length)]
  const second = Math.floor(i / 50) % 3600
  const time = `29/Nov/2026:10:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')} +0000`
  return `${ip} - - [${time}] "GET ${path} HTTP/1.1" 200 ${random(90_000)} "https://shop.test${PATHS[random(PATHS.length)]}" "${AGENTS[skewed(AGENTS.length)]}"\n`
}
const block = Buffer.from(Array.from({ length: BLOCK_LINES }, (_, i) => line(i)).join(''))

const fileOf = (name, lines) => {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  for (let i = 0; i < lines; i += BLOCK_LINES) writeSync(file, block)
  closeSync(file)
  return path
}

const NAMES = [
  'curl',
  'Wget',
  'python-requests',
  'Go-http-client',
  'okhttp',
  'libwww-perl',
  'Java/',
  'node-fetch',
  'axios',
  'HeadlessChrome',
  'MJ12bot',
  'AhrefsBot',
  'SemrushBot',
  'DotBot',
  'PetalBot',
  'Bytespider',
  'GPTBot',
  'CCBot',
  'zgrab',
  'masscan',
  'Nmap',
  'sqlmap',
  'nikto',
  'dirbuster',
  'ZmEu',
]
const PROBES = [
  '/wp-login.php',
  '/xmlrpc.php',
  '/.env',
  '/.git/',
  '/phpmyadmin',
  '/admin',
  '/cgi-bin',
  '/vendor/phpunit',
  '/shell',
  '/boaform',
  '/actuator',
  '/solr',
  '/jenkins',
  '/manager/html',
  '/owa',
  '/autodiscover',
  '/console',
  '/debug',
  '/server-status',
  '/.aws',
  '/.ssh',
  '/backup',
  '/dump.sql',
  '/id_rsa',
  '/etc/passwd',
]
const QUERIES = [
  'union select',
  '../',
  '<script',
  '%3Cscript',
  'etc/passwd',
  'base64_',
  'eval(',
  'sleep(',
  'benchmark(',
  'xp_cmdshell',
  '{jndi:',
  'information_schema',
  'concat(',
  'wget+',
  'curl+',
]
const COUNTRIES = [
  'KP',
  'SY',
  'IR',
  'CU',
  'SD',
  'BY',
  'MM',
  'VE',
  'ZW',
  'LY',
  'YE',
  'SO',
  'CF',
  'CD',
  'LB',
]
const expressions = [
  ...NAMES.map((name) => `http.user_agent contains "${name}"`),
  ...PROBES.map((path) => `starts_with(http.request.uri.path, "${path}")`),
  ...QUERIES.map((text) => `http.request.uri.query contains "${text}"`),
  ...COUNTRIES.map((country) => `ip.src.country eq "${country}" and http.request.method eq "POST"`),
  ...Array.from({ length: 20 }, (_, i) => `ip.src in {203.0.${i}.0/24 198.51.${i}.0/24}`),
]
const rules = join(folder, 'rules.json')
writeFileSync(
  rules,
  JSON.stringify({
    rules: expressions.map((expression, i) => ({ name: `rule ${i}`, expression, action: 'block' })),
  })
)

/** User and system time of a command, in seconds. Not into /dev/null: there grep stops at its first match. */
const cpuOf = (command) => {
  const { stderr, status } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%U %S'; time ${command} >${join(folder, 'out')}`],
    {
      encoding: 'utf8',
    }
  )
  if (status !== 0 && status !== 1) throw new Error(stderr)
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return user + system
}

const PYTHON = `import re,sys
p=re.compile(r'(\\S+) \\S+ \\S+ \\[([^\\]]+)\\] "(\\S+) (\\S+) [^"]*" (\\d+) \\S+ "([^"]*)" "([^"]*)"')
n=0
for l in open(sys.argv[1],encoding='latin1'):
    m=p.match(l)
    if m and '/.env' in m.group(4): n+=1
print(n)`
const python = join(folder, 'read.py')
writeFileSync(python, PYTHON)

const OWN = 'edge1020 replay, 100 rules'
const commands = {
  [OWN]: (log) => `node ${MAIN} replay ${log} --rules ${rules} --threads 1 --json`,
  'grep -c': (log) => `grep -c '/[.]env' ${log}`,
  'python: a regular expression takes each line apart': (log) => `python3 ${python} ${log}`,
  'awk: counts addresses, paths and agents': (log) =>
    `awk -F'"' '{split($1,a," ");split($2,r," ");i[a[1]]++;p[r[2]]++;u[$6]++} END {print length(i),length(p),length(u)}' ${log}`,
}

if (Number(values.gb) === 0) {
  const [half, whole] = [fileOf('half.log', LINES / 2), fileOf('whole.log', LINES)]
  const rates = {}
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const isOwn = name === OWN
      const seconds = cpuOf(command(whole)) - (isOwn ? cpuOf(command(half)) : 0)
      rates[name] = Math.max(rates[name] ?? 0, (isOwn ? LINES / 2 : LINES) / seconds)
    }
  }
  const own = rates[OWN]
  console.log(`lines for each second of a processor, the best of ${ROUNDS} rounds (goal: 300,000)`)
  for (const [name, rate] of Object.entries(rates)) {
    console.log(
      `  ${name.padEnd(52)}${Math.round(rate).toLocaleString('en-US').padStart(12)}  ${(own / rate).toFixed(2)}`
    )
  }
} else {
  const bytes = Number(values.gb) * 1e9
  const child = spawn(process.execPath, [MAIN, 'replay', '-', '--rules', rules, '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (part) => {
    text += part
  })
  const rssMb = () =>
    Math.round(
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1e3
    )
  const begun = performance.now()
  let written = 0
  let tenth = 0
  while (written < bytes) {
    if (!child.stdin.write(block)) await new Promise((done) => child.stdin.once('drain', done))
    written += block.length
    if (Math.floor((written / bytes) * 10) > tenth) {
      tenth = Math.floor((written / bytes) * 10)
      console.log(`  ${(written / 1e9).toFixed(2)} GB  ${rssMb()} MB`)
    }
  }
  child.stdin.end()
  await new Promise((done) => child.once('close', done))
  const report = JSON.parse(text)
  const seconds = (performance.now() - begun) / 1e3
  console.log(
    `${report.lines.toLocaleString('en-US')} lines in ${seconds.toFixed(0)} s with ${report.threads} threads, ${report.outcomes.block.toLocaleString('en-US')} blocked`
  )
}
