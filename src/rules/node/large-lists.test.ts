import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { createEdge } from '../../edge.ts'
import { noStore } from '../../events/none.ts'
import { loadRulePaths } from '../../import/node/load.ts'
import { createLargeLists } from './large-lists.ts'

const ANY_SIZE = 1

describe('large lists', () => {
  const root = mkdtempSync(join(tmpdir(), 'edge1020-large-'))
  afterAll(() => rmSync(root, { recursive: true }))
  const put = (name: string, text: string) => {
    const file = join(root, name)
    // A file that is renamed over another is a new one, whatever the clock's pace.
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
    return file
  }
  const load = (document: string, lists = createLargeLists({ largeBytes: ANY_SIZE })) =>
    lists.load((readList) => loadRulePaths([document], { readList }))
  const documentOf = (list: string, expression: string) =>
    put(
      'rules.yaml',
      `lists:\n  bad: ${list}\nrules:\n  - { name: a, expression: '${expression}', action: block }\n`
    )

  test.each([
    [
      'addresses',
      '192.0.2.0/24\n2001:db8::/32\n203.0.113.1..203.0.113.9\n',
      'ip.src in $bad',
      ['192.0.2.9', '2001:db8::1', '203.0.113.9'],
      ['192.0.3.1', '2001:db9::1', '203.0.113.10'],
    ],
    [
      'host names',
      'shop.test\n*.b.test\n',
      'http.host in $bad',
      ['shop.test', 'www.b.test'],
      ['b.test', 'x.shop.test'],
    ],
    ['networks', 'AS64496\n64497\n', 'ip.src.asnum in $bad', ['64496', '64497'], ['64498']],
  ])('a thread reads %s', async (kind, text, expression, inside, outside) => {
    put('bad.txt', text)
    const ruleset = await load(documentOf('{ file: bad.txt }', expression))
    expect(ruleset.ownLists).toMatchObject([{ name: 'bad', size: text.trim().split('\n').length }])
    const edge = createEdge({
      ruleset,
      store: noStore(),
      asn: {
        name: 'test',
        provides: new Set(['asn'] as const),
        lookup: ({ d }: { d: number }) => ({ asn: d & 0xffff, name: '' }),
      } as never,
    })
    const blocks = async (what: string) => {
      const isHost = kind === 'host names'
      const url = isHost ? `http://${what}/` : 'http://shop.example/'
      const address = isHost
        ? '198.51.100.1'
        : kind === 'networks'
          ? `1.0.${Number(what) >> 8}.${Number(what) & 255}`
          : what
      const { action } = await edge.judge(new Request(url), { remoteAddress: address })
      return action === 'block'
    }
    for (const one of inside) expect([one, await blocks(one)]).toEqual([one, true])
    for (const one of outside) expect([one, await blocks(one)]).toEqual([one, false])
  })

  test('only a changed file is read again', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage')
    put('one.txt', '192.0.2.1\n')
    put('two.txt', '192.0.2.2\n')
    const document = put(
      'two.yaml',
      'lists: { one: { file: one.txt }, two: { file: two.txt } }\nrules: [{ name: a, expression: ip.src in $one or ip.src in $two, action: block }]\n'
    )
    const lists = createLargeLists({ largeBytes: ANY_SIZE })
    await load(document, lists)
    expect(posted).toHaveBeenCalledTimes(2)
    await load(document, lists)
    expect(posted).toHaveBeenCalledTimes(2)
    put('two.txt', '192.0.2.3\n')
    await load(document, lists)
    expect(posted.mock.calls.slice(2).map(([question]) => question)).toEqual([
      { file: join(root, 'two.txt'), kind: undefined },
    ])
  })

  test('a small file needs no thread', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage')
    put('bad.txt', '192.0.2.1\n')
    await load(documentOf('{ file: bad.txt }', 'ip.src in $bad'), createLargeLists())
    expect(posted).not.toHaveBeenCalled()
  })

  test.each([
    ['192.0.2.1\nnobody\n', '{ file: bad.txt }', /bad\.txt:2: list \$bad: "nobody"/],
    [
      '192.0.2.1\n',
      '{ file: bad.txt, kind: asn }',
      /list \$bad: "192\.0\.2\.1": expected the number/,
    ],
    ['', '{ file: gone.txt }', /gone\.txt: cannot be read: no such file/],
    ['\n', '{ file: bad.txt }', /it is empty: expected a kind/],
  ])('%j as %s gets the message of every load', async (text, list, message) => {
    put('bad.txt', text)
    await expect(load(documentOf(list, 'ip.src in $bad'))).rejects.toThrow(message)
  })

  test('an error of the document stands beside the lists that the thread reads', async () => {
    put('bad.txt', '192.0.2.1\n')
    await expect(load(documentOf('{ file: bad.txt }', 'http.host in $bad'))).rejects.toThrow(
      /\$bad/
    )
  })

  test('who loads again and again reads a large file once', () => {
    const lists = createLargeLists({ largeBytes: ANY_SIZE })
    const document = documentOf('{ kind: ip, file: bad.txt }', 'ip.src in $bad')
    const read = () => lists.readList('bad.txt', document, 'ip')
    put('bad.txt', '192.0.2.1\n')
    const first = read()
    expect(first).toMatchObject({ prepared: { kind: 'ip' }, size: 1 })
    const again = read()
    expect('prepared' in again && 'prepared' in first && again.prepared === first.prepared).toBe(
      true
    )
    put('bad.txt', '192.0.2.1\n192.0.2.3\n')
    expect(read()).toMatchObject({ size: 2 })
    put('bad.txt', 'no address\n')
    expect(read()).toMatchObject({ entries: [{ text: 'no address', line: 1 }] })
  })
})
