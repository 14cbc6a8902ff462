import { expect, test } from 'vitest'
import { rulesFromObjects } from '../../rules/objects.ts'
import { sideWith } from '../side.fixture.ts'

test('data: what is loaded, and a wrong address is told', async () => {
  const { ask } = await sideWith([], {
    facts: () => [{ role: 'country', name: 'x', date: '', text: 'mine, 2026', warning: 'old <b>' }],
  })
  const { text } = await ask('/data')
  expect(text).toContain('mine, 2026')
  expect(text).toContain('old &lt;b&gt;')
  expect((await ask('/data?ip=1.2.3')).status).toBe(400)
  expect((await ask('/data?ip=192.0.2.1')).status).toBe(200)
})

test('data: each list with its entries, its place, and whether a rule uses it', async () => {
  const blocked = (list: string) => ({
    name: list,
    expression: `ip.src in $${list}`,
    action: 'block',
  })
  const ruleset = rulesFromObjects(
    [
      {
        lists: {
          offices: { kind: 'ip', items: ['192.0.2.0/24', '198.51.100.1'] },
          idle: { kind: 'asn', items: [64_496] },
        },
        rules: [blocked('offices'), blocked('drop')],
      },
    ],
    { lists: { ip: () => ({ has: () => false }), int: () => undefined, string: () => undefined } }
  )
  const { text } = await (await sideWith([], { ruleset })).ask('/data')
  const cells = [...text.matchAll(/<tr><td><code>(.*?)<\/tr>/g)].map(([, row = '']) =>
    row.replace(/<[^>]+>/g, '|').replace(/\|+/g, '|')
  )
  expect(cells).toEqual([
    '$offices|addresses|2|lists.offices|yes|',
    '$idle|autonomous systems|1|lists.idle|no|',
    '$drop|a feed, or an option of the edge|yes|',
  ])
  expect((await (await sideWith()).ask('/data')).text).toContain('The documents fill no list')
})
