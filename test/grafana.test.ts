// The dashboard in examples/grafana: what its panels ask for is what an edge measures.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEdge, metrics } from 'edge1020/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROOT } from './cli.ts'

interface Panel {
  title: string
  targets: { expr: string }[]
}

const dashboard = JSON.parse(
  readFileSync(join(ROOT, 'examples/grafana/edge1020.json'), 'utf8')
) as { panels: Panel[] }
const NAME = /\b(?:edge1020|nodejs|process)_\w+/g
const namesIn = (text: string) => [...new Set(text.match(NAME))]

const STATE = { name: 'own', waiting: 0, delivered: 0, dropped: 0 }

/** Every name that stands in a line of the metrics. */
const measured = async () => {
  const edge = createEdge({
    rules: [{ name: 'all', expression: 'true', action: 'log' }],
    store: 'memory',
    sinks: [{ name: 'own', write: () => {}, state: () => STATE, close: async () => {} }],
  })
  onTestFinished(() => edge.close())
  await edge.judge(new Request('http://shop.test/'))
  const text = await metrics(edge, { process: true }).text()
  return new Set(
    text
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/[ {].*/, ''))
  )
}

describe('the dashboard', () => {
  test.each(dashboard.panels)('$title asks for metrics that there are', async ({ targets }) => {
    const known = await measured()
    const asked = targets.flatMap(({ expr }) => namesIn(expr))
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((name) => !known.has(name))).toEqual([])
  })

  test('docs/admin.md names every metric of an edge, and no other', async () => {
    const page = readFileSync(join(ROOT, 'docs/admin.md'), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `edge1020_'))
    const own = [...(await measured())].filter((name) => name.startsWith('edge1020_'))
    const families = new Set(
      own.map((name) => name.replace(/_seconds_(?:bucket|sum|count)$/, '_seconds'))
    )
    expect(rows.flatMap((row) => namesIn(row.split('|')[1]!)).sort()).toEqual([...families].sort())
  })
})
