// `serve` and `events` with PostgreSQL, as the owner of several edges uses them.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { RunningPostgres } from '../src/events/node/postgres.fixture.ts'
import { hasPostgres, newFolder, startPostgres } from '../src/events/node/postgres.fixture.ts'
import { eventually } from '../src/eventually.fixture.ts'
import { createEdge } from '../src/node.ts'
import { get, ROOT, run, startServe } from './cli.ts'

const CURL = { headers: { 'user-agent': 'curl/8' } }

describe.skipIf(!hasPostgres())('serve --store postgres://…', () => {
  let postgres: RunningPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres.remove())

  const served = async (place: string, ...args: string[]) => {
    const data = newFolder()
    const store = ['--store', place, '--data', data]
    const edge = await startServe([...store, '--rules', 'rules/starter.yaml', ...args])
    onTestFinished(async () => void (await edge.stop()))
    const spilled = () => readdirSync(data).filter((name) => name.startsWith('postgres-'))
    return { ...edge, spilled }
  }

  const rayOf = async (url: string) => String((await get(url, CURL)).headers['cf-ray'])

  test('two edges share it, and either finds the Ray IDs of the other', async () => {
    const place = postgres.place()
    const [one, other] = await Promise.all([served(place), served(place)])
    const ray = await rayOf(one.url)
    // A slow server has the event after the refusal.
    await eventually(async () => {
      const { status, body } = await get(`${other.admin}/api/events/${ray}`)
      expect([status, JSON.parse(body).ray]).toEqual([200, ray.slice(0, 16)])
    })
    const looked = await run(['events', ray, '--store', place])
    expect(looked.out).toContain(ray.slice(0, 16))
    expect(looked.code).toBe(0)
    const doctor = await run(['doctor', '--store', place, '--rules', 'rules/starter.yaml'])
    expect(doctor.out).toMatch(/events\s+.*postgres 127\.0\.0\.1/)
    expect([looked.out, looked.err, doctor.out, doctor.err].join()).not.toContain(postgres.password)
  })

  test('while it is stopped: refusals, health, metrics, a look-up; then all is well again', async () => {
    const edge = await served(postgres.place())
    const before = await rayOf(edge.url)
    // A slow server has it after the refusal.
    await eventually(() => expect(edge.spilled()).toEqual([]))
    postgres.stop()
    onTestFinished(() => {
      try {
        postgres.start()
      } catch {
        // It runs.
      }
    })
    const [status, ray] = await get(edge.url, CURL).then(
      ({ status: code, headers }) => [code, String(headers['cf-ray'])] as const
    )
    expect(status).toBe(403)
    await eventually(() => expect(edge.spilled()).toHaveLength(1))
    expect((await get(`${edge.admin}/api/events/${ray}`)).status).toBe(200)
    expect((await get(`${edge.admin}/api/events/${before}`)).status).toBe(503)
    expect((await get(`${edge.admin}/api/events`)).status).toBe(503)
    const health = await get(`${edge.admin}/healthz?strict=1`)
    expect(health.status).toBe(503)
    expect(JSON.parse(health.body)).toMatchObject({ ok: false, waiting: 1 })
    const { body: metrics } = await get(`${edge.admin}/metrics`)
    expect(metrics).toMatch(/^edge1020_store_trouble 1$/m)
    postgres.start()
    await eventually(async () =>
      expect((await get(`${edge.admin}/healthz?strict=1`)).status).toBe(200)
    )
    await eventually(async () =>
      expect((await get(`${edge.admin}/api/events/${before}`)).status).toBe(200)
    )
    expect((await get(`${edge.admin}/api/events/${ray}`)).status).toBe(200)
    expect(edge.texts.err).toContain('works again')
    const said = [health.body, metrics, edge.texts.out, edge.texts.err].join()
    expect(said).not.toContain(postgres.password)
  })

  test('the banner has a command to copy, without the password', async () => {
    const main = join(ROOT, 'dist/cli/main.js')
    const args = [main, 'serve', '--port', '0', '--admin-port', '0', '--store', postgres.place()]
    const child = spawn(process.execPath, args, { cwd: ROOT })
    onTestFinished(() => void child.kill())
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
    }
    await eventually(() => expect(text).toContain('look up a Ray ID'))
    expect(text).toContain(`--store postgres://edge@127.0.0.1:${postgres.port}/postgres?options`)
    expect(text).not.toContain(postgres.password)
  })

  test('an edge in a program takes it, too', async () => {
    const edge = createEdge({
      rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }],
      store: postgres.place() as `postgres://${string}`,
    })
    const request = new Request('https://shop.test/', { headers: { 'user-agent': 'curl/8' } })
    const { ray } = await edge.judge(request, { remoteAddress: '192.0.2.7' })
    expect(await edge.store.find(ray)).toMatchObject({ found: true })
    await edge.close()
  })
})

test('a server that is not there: `events` says so in one line', async () => {
  const { code, out, err } = await run(['events', '--store', 'postgres://e:s3cret@127.0.0.1:1/e'])
  expect([code, out]).toEqual([2, ''])
  expect(err.trim().split('\n')).toHaveLength(2)
  expect(err).toContain('event store postgres 127.0.0.1:1/e: connect ECONNREFUSED')
  expect(err).not.toContain('s3cret')
})
