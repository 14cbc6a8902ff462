import { describe, expect, test } from 'vitest'
import type { GroupReport, ReplayReport } from '../replay/report.ts'
import { markup } from './markup.ts'
import { slotsOf, timeChart } from './replay-chart.ts'
import { replayPage } from './replay-page.ts'
import { replayText } from './replay-text.ts'

/** Text in a log that attacks HTML pages and terminals. */
const EVIL = '</p><script>alert(1)</script><img src=x onerror=alert(1)> "\' \x1b[2J\u202egpj'

const rule = { id: 'r', name: EVIL, action: 'block', file: EVIL, line: 3 }
const topic = { entries: [{ value: EVIL, count: 2 }], different: 1, isExact: true }
const example = {
  log: EVIL,
  line: 7,
  time: '2026-05-17T10:05:03Z',
  address: EVIL,
  country: EVIL,
  network: EVIL,
  method: EVIL,
  host: EVIL,
  target: EVIL,
  agent: EVIL,
  status: 200,
  outcome: 'block',
  rule: EVIL,
  before: { outcome: 'block', rule: EVIL },
}
const group: GroupReport = {
  count: 2,
  share: 0.5,
  rules: [
    { rule, count: 1 },
    { rule: undefined, count: 1 },
  ],
  top: { countries: topic, networks: topic, agents: topic, paths: topic, addresses: topic },
  examples: [example],
}
const rules = {
  files: [EVIL],
  enabled: 2,
  matched: [{ ...rule, action: 'log', matched: 2, decided: 0 }],
  silent: [rule],
  counting: [rule],
  unjudged: [{ rule, missing: [{ field: EVIL, what: EVIL }], logs: [EVIL] }],
}
const bucket = { requests: 2, refused: 1, newlyRefused: 1, newlyPassed: 0 }
const report: ReplayReport = {
  logs: [{ name: EVIL, format: EVIL, packing: 'gzip', note: EVIL, lines: 4, problem: EVIL }],
  rules,
  against: rules,
  from: '2026-05-17T10:05:03Z',
  to: '2026-05-17T12:05:03Z',
  lines: 4,
  requests: 4,
  outcomes: { pass: 2, challenge: 0, block: 2 },
  outcomesBefore: { pass: 2, challenge: 0, block: 2 },
  noZone: 1,
  noAddress: 1,
  refused: group,
  difference: {
    newly_blocked: group,
    newly_challenged: group,
    newly_passed: group,
    other_answer: group,
  },
  statuses: [{ status: 403, pass: 1, challenge: 0, block: 2 }],
  skipped: { broken: 1, comments: 0, withoutRequest: 1, outsideTime: 0, notSampled: 0 },
  broken: [{ log: EVIL, line: 9, reason: EVIL, text: EVIL }],
  timeline: {
    bucketSeconds: 60,
    buckets: [
      { time: '2026-05-17T10:05:00Z', ...bucket },
      { time: '2026-05-17T12:05:00Z', ...bucket, requests: 1 },
    ],
  },
  threads: 1,
  elapsedMs: 5,
  linesPerSecond: 800,
}

describe('the page of a report', () => {
  const page = replayPage(report, 10)

  test('has no script, loads nothing, and escapes the text of the log', () => {
    expect(page).not.toContain('<script')
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/)
    expect(page).toContain("default-src 'none'")
    const texts = page.replace(/<style>.*?<\/style>/s, '').match(/<[^>]*>/g)!
    expect(texts.filter((tag) => /\s(?:on\w+|src|href|style)=/.test(tag))).toEqual([])
  })

  test('has a section for each difference, the statuses and what is left out', () => {
    const heads = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text)
    expect(heads).toEqual([
      'Over time',
      'Newly blocked: 2 requests',
      'Newly challenged: 2 requests',
      'Newly let through: 2 requests',
      'Refused by another rule: 2 requests',
      'All that is blocked or challenged: 2 requests',
      'What the server answered',
      'Can’t be judged from this log: 1 rule',
      'Can’t be judged from this log (--against): 1 rule',
      'Other rules',
      'Lines of another kind',
    ])
  })

  test('closes every element', () => {
    const open: string[] = []
    for (const [, slash, name, rest] of page.matchAll(/<(\/?)([a-z]\w*)([^>]*)>/g)) {
      if (['meta', 'rect'].includes(name!) && (rest!.endsWith('/') || name === 'meta')) continue
      if (slash === '') open.push(name!)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })

  test('of one set of rules has no difference', () => {
    const { difference, against, outcomesBefore, ...one } = report
    const alone = replayPage(one, 10)
    expect(alone).toContain('<h2>Blocked or challenged: 2 requests</h2>')
    expect(alone).not.toMatch(/>Newly|>newly/)
  })
})

test('the text of a report contains no control characters', () => {
  const text = replayText(report, { color: false, top: 10 })
  expect(text).toContain('\\x1b[2J')
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})

describe('charts', () => {
  const buckets = (...minutes: number[]) =>
    minutes.map((minute) => ({
      time: new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString(),
      ...bucket,
    }))

  test.each([
    [[0, 1, 2], 1, 3],
    [[3, 10], 1, 8],
    [[0, 400], 5, 81],
    [[0, 60 * 24 * 30], 720, 61],
  ])('of minutes %j: slots of %i minutes, %i of them', (minutes, length, count) => {
    const { slotMs, slots, startMs } = slotsOf({ bucketSeconds: 60, buckets: buckets(...minutes) })
    expect(slotMs).toBe(length * 60_000)
    expect(slots).toHaveLength(count)
    expect(startMs % slotMs).toBe(0)
    expect(slots.reduce((sum, { requests }) => sum + requests, 0)).toBe(minutes.length * 2)
  })

  test('of nothing there is none', () => {
    const none = slotsOf({ bucketSeconds: 60, buckets: [] })
    expect(timeChart('Requests', 'requests', none)).toBe('')
    const one = slotsOf({ bucketSeconds: 60, buckets: buckets(0, 5) })
    expect(timeChart('Newly', 'newlyPassed', one)).toBe('')
    expect(timeChart('Requests', 'requests', one)).toContain('up to 2 in a minute')
  })
})

test('a template of HTML escapes inserted text', () => {
  expect(markup`<p title="${'"<'}">${{ html: '<b>x</b>' }} ${3} ${[{ html: '<i/>' }]}</p>`).toBe(
    '<p title="&quot;&lt;"><b>x</b> 3 <i/></p>'
  )
  expect(markup`<p title='${"a'&\u202e"}'>`).toBe("<p title='a&#39;&amp;\\u202e'>")
})
