// The servers that the benchmarks load, one a process: node bench/servers.mjs MODE
process.on('SIGINT', () => process.exit(0))

import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener, serve } from '@hono/node-server'
import { createEdge, edge1020, memoryStore, nodeMiddleware } from 'edge1020/node'
import { Hono } from 'hono'

/** Ten rules of the kinds that people write, none of which matches the load. */
const PASSING_RULES = {
  rules: [
    { name: 'countries', when: { country: ['KP', 'IR', 'SY', 'CU'] }, action: 'block' },
    { name: 'continent', when: { continent: 'AN' }, action: 'block' },
    {
      name: 'scripts',
      when: { user_agent: { contains: ['curl', 'wget', 'python-requests'] } },
      action: 'block',
    },
    {
      name: 'scanners',
      when: { user_agent: { contains: ['sqlmap', 'nikto', 'masscan'] } },
      action: 'block',
    },
    { name: 'admin', when: { path: ['/admin*', '/wp-login.php'] }, action: 'block' },
    { name: 'secrets', when: { path: ['/.env', '/.git/*'] }, action: 'block' },
    {
      name: 'networks',
      when: { ip: ['192.0.2.0/24', '198.51.100.0/24', '2001:db8::/32'] },
      action: 'block',
    },
    { name: 'one address', when: { ip: '203.0.113.7' }, action: 'block' },
    { name: 'no trace', when: { method: 'TRACE' }, action: 'block' },
    { name: 'host', when: { host: 'internal.example' }, action: 'block' },
  ],
}
export const BLOCKING_RULE = { rules: [{ name: 'all', expression: 'true', action: 'block' }] }

const listen = (server) =>
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))

const hono = (middleware) => {
  const app = new Hono()
  if (middleware !== undefined) app.use(middleware)
  app.get('/', (c) => c.text('hello'))
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
    console.log(`http://127.0.0.1:${port}/`)
  )
}

const scratch = () => mkdtempSync(join(tmpdir(), 'edge1020-bench-'))

/** Ways to ask for a refusal, and the request headers of each. */
export const ANSWERS = {
  'page, plain': ['accept: text/html', 'accept-encoding: deflate'],
  'page, gzip': ['accept: text/html', 'accept-encoding: gzip'],
  'page, br': ['accept: text/html', 'accept-encoding: br'],
  json: ['accept: application/json'],
  markdown: ['accept: text/markdown'],
  text: ['accept: */*'],
}

const asked = (answer) => Object.fromEntries(ANSWERS[answer].map((header) => header.split(': ')))

/** The very same bytes and headers from memory. */
const staticAnswer = async (answer) => {
  const edge = createEdge({ rules: BLOCKING_RULE, store: 'none' })
  const { answer: made } = await edge.judge(
    new Request('http://127.0.0.1/', { headers: asked(answer) }),
    { remoteAddress: '127.0.0.1' }
  )
  const body = Buffer.from(made.body)
  listen(
    createServer((_req, res) => {
      res.writeHead(403, made.headers)
      res.end(body)
    })
  )
}

const MODES = {
  ...Object.fromEntries(
    Object.keys(ANSWERS).map((answer) => [`static ${answer}`, () => staticAnswer(answer)])
  ),
  'refusal without events': () => {
    const edge = nodeMiddleware({ rules: BLOCKING_RULE, store: 'none', bots: 'off' })
    listen(createServer((req, res) => edge(req, res, () => res.end())))
  },
  'hono, bare': () => hono(),
  'hono, a middleware that only passes': () => hono((_c, next) => next()),
  'hono + edge1020, 10 rules': () => hono(edge1020({ rules: PASSING_RULES, store: 'memory' })),
  // In front of the listener, so that Hono's own path stays the one without middleware.
  'edge1020, 10 rules, before hono': () => {
    const edge = nodeMiddleware({ rules: PASSING_RULES, store: 'memory' })
    const app = new Hono().get('/', (c) => c.text('hello'))
    const listener = getRequestListener(app.fetch)
    listen(createServer((req, res) => edge(req, res, () => listener(req, res))))
  },
  'node:http, bare': () => listen(createServer((_req, res) => res.end('hello'))),
  'node:http + edge1020, 10 rules': () => {
    const edge = nodeMiddleware({ rules: PASSING_RULES, store: 'memory' })
    listen(createServer((req, res) => edge(req, res, () => res.end('hello'))))
  },
  // The peer of a refusal: the very same bytes and headers, no judging, no event.
  'static 403': async () => {
    const edge = createEdge({ rules: BLOCKING_RULE, store: memoryStore() })
    const { response } = await edge.judge(
      new Request('http://127.0.0.1/', { headers: { 'accept-encoding': 'gzip' } }),
      { remoteAddress: '127.0.0.1' }
    )
    const headers = Object.fromEntries(response.headers)
    const body = Buffer.from(await response.arrayBuffer())
    listen(
      createServer((_req, res) => {
        res.writeHead(403, headers)
        res.end(body)
      })
    )
  },
  'refusal, memory store': () => {
    const edge = nodeMiddleware({ rules: BLOCKING_RULE, store: 'memory' })
    listen(createServer((req, res) => edge(req, res, () => res.end())))
  },
  'refusal, SQLite store': () => {
    const edge = nodeMiddleware({ rules: BLOCKING_RULE, data: scratch() })
    listen(createServer((req, res) => edge(req, res, () => res.end())))
  },
}

if (process.argv[1]?.endsWith('servers.mjs')) {
  const run = MODES[process.argv[2]]
  if (run === undefined) {
    throw new Error(
      `unknown mode "${process.argv[2]}": expected one of ${Object.keys(MODES).join(', ')}`
    )
  }
  await run()
}
