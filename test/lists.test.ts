// Lists from their entries or a feed to a verdict, through `createEdge` of edge1020/node.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Options } from '../src/node.ts'
import { createEdge } from '../src/node.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-lists-'))
afterAll(() => rmSync(folder, { recursive: true }))

const edgeOf = (expression: string, options: Partial<Options>) => {
  const warnings: string[] = []
  const edge = createEdge({
    rules: { rules: [{ name: 'x', action: 'block', expression }] },
    store: 'none',
    data: folder,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  })
  onTestFinished(() => edge.close())
  return { edge, warnings }
}
const actionOf = async (edge: ReturnType<typeof createEdge>, host: string, ip: string) =>
  (await edge.judge(new Request(`http://${host}/`), { remoteAddress: ip })).action

const lists = { office: ['192.0.2.0/24'], shops: ['*.b.test'], hosting: ['AS13335'] }
const OWN: Partial<Options> = { lists: { ip: () => ({ has: () => false }) } }

describe('`lists` of createEdge', () => {
  test.each([
    ['http.host in $shops', 'www.B.test', '203.0.113.1', 'block'],
    ['http.host in $shops', 'b.test', '203.0.113.1', 'pass'],
    ['ip.src in $office', 'b.test', '192.0.2.7', 'block'],
    ['ip.src in $office', 'b.test', '192.0.3.7', 'pass'],
    ['ip.src.asnum in $hosting', 'b.test', '1.1.1.1', 'block'],
    ['ip.src.asnum in $hosting', 'b.test', '8.8.8.8', 'pass'],
  ])('%s: %s from %s is %s', async (expression, host, ip, action) => {
    const { edge, warnings } = edgeOf(expression, { lists })
    expect(await actionOf(edge, host, ip)).toBe(action)
    expect(warnings).toEqual([])
  })

  test('sets of one’s own may be of any kind', async () => {
    const own = { string: () => ({ has: (host: string) => host === 'a.test' }) }
    const { edge } = edgeOf('http.host in $any', { lists: own })
    expect(await actionOf(edge, 'a.test', '203.0.113.1')).toBe('block')
    expect(await actionOf(edge, 'b.test', '203.0.113.1')).toBe('pass')
    expect(edgeOf('ip.src in $any', OWN).warnings).toEqual([])
  })

  test.each([
    ['ip.src in $shops', lists, 'invalid_rules'],
    ['ip.src in $a', { a: ['192.0.2.1', 'x.test'] }, 'invalid_list'],
  ])('%s is refused where the list cannot be meant', (expression, lists, code) => {
    expect(() => edgeOf(expression, { lists })).toThrow(expect.objectContaining({ code }))
  })
})

describe('`feeds` of createEdge', () => {
  test('fill lists of host names', async () => {
    const file = join(folder, 'hosts.csv')
    writeFileSync(file, 'shop.test,Main\n*.b.test,Others\n')
    const { edge, warnings } = edgeOf('http.host in $hosts', { feeds: [`hosts=${file}`] })
    const hosts = ['shop.test', 'www.b.test', 'b.test']
    const actions = hosts.map((host) => actionOf(edge, host, '203.0.113.1'))
    expect(await Promise.all(actions)).toEqual(['block', 'block', 'pass'])
    expect(warnings).toEqual([])
  })

  test('say so where nothing of a feed is taken in', () => {
    const file = join(folder, 'local.txt')
    writeFileSync(file, '10.0.0.1\n')
    const { warnings } = edgeOf('ip.src in $local', { feeds: [`local=${file}`] })
    expect(warnings).toEqual([expect.stringContaining('no entry remains')])
  })
})
