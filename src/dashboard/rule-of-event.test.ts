import { expect, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import { ruleHash } from '../rules/hash.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { ruleAnchor, ruleOfEvent, zoneOfRule } from './rule-of-event.ts'
import { sideWith } from './side.fixture.ts'

const block = (id: string, path: string, page?: string) => ({
  id,
  name: id,
  expression: `http.request.uri.path eq "${path}"`,
  action: 'block',
  ...(page === undefined ? {} : { page }),
})
const ruleset = rulesFromObjects([
  {
    rules: [block('all', '/all')],
    zones: [
      { name: 'shop.test', rules: [block('admin', '/shop')] },
      { name: 'blog.test', rules: [block('admin', '/blog', 'waf'), block('own', '/own')] },
    ],
  },
])
const [shop, blog] = ruleset.zones.map(({ own }) => own.rules[0]!)
const event = (id: string, zone?: string, more: object = {}) =>
  eventWith({ rule: { id, name: id, ...more }, ...(zone === undefined ? {} : { zone }) })

test.each([
  ['the zone’s own', event('admin', 'blog.test'), blog],
  [
    'the zone’s own, although the place is that of another zone’s',
    event('admin', 'blog.test', { source: shop!.file }),
    blog,
  ],
  ['the account’s', event('all', 'blog.test'), ruleset.rules[0]],
  ['none: another zone’s', event('own', 'shop.test'), undefined],
  ['none: the zone is gone', event('admin', 'gone.test'), undefined],
  ['without a zone, that of the place', event('admin', undefined, { source: blog!.file }), blog],
  [
    'without a zone, that of the contents',
    event('admin', undefined, { hash: ruleHash(blog!) }),
    blog,
  ],
  ['without a zone, else the first', event('admin'), shop],
])('the rule of an event is %s', (_, one, rule) => {
  expect(ruleOfEvent(one, ruleset)).toBe(rule)
})

test('finds rules without zones for an event with a zone', () => {
  const plain = rulesFromObjects([{ rules: [block('admin', '/a')] }])
  expect(ruleOfEvent(event('admin', 'shop.test'), plain)).toBe(plain.rules[0])
})

test('a rule has the place of its zone', () => {
  expect([zoneOfRule(blog!, ruleset), zoneOfRule(ruleset.rules[0]!, ruleset)]).toEqual([
    'blog.test',
    undefined,
  ])
  expect(ruleAnchor(blog!, 'blog.test')).toBe('rule-blog.test/admin')
  expect(ruleAnchor(ruleset.rules[0]!, undefined)).toBe('rule-all')
})

test("the dashboard shows the event's zone, its own rule and its own counts", async () => {
  const events = [
    event('admin', 'blog.test'),
    event('admin', 'shop.test'),
    event('admin', 'blog.test'),
  ]
  const { ask } = await sideWith(events, { ruleset })
  const page = (await ask(`/events/${events[0]!.ray}`)).text
  expect(page).toContain('href="/rules#rule-blog.test/admin"')
  expect(page).toMatch(/<dt>Zone<\/dt><dd><a href="\/events\?[^"]*zone[^"]*"><code>blog\.test/)
  // The page of the blog's rule, and not the page of the shop's rule.
  expect((await ask(`/events/${events[0]!.ray}/answer`)).text).toContain('Attention Required!')
  expect((await ask(`/events/${events[1]!.ray}/answer`)).text).not.toContain('Attention Required!')
  const rules = (await ask('/rules')).text
  const hitsOf = (anchor: string) =>
    new RegExp(`id="${anchor}">.*?<span class="hits">(.*?)</span></div>`, 's').exec(rules)?.[1]
  expect(hitsOf('rule-blog.test/admin')).toMatch(/zone[^>]*blog\.test[^>]*>2</)
  expect(hitsOf('rule-shop.test/admin')).toMatch(/zone[^>]*shop\.test[^>]*>1</)
  expect(hitsOf('rule-all')).toContain('none')
})

test('a rule of the account counts the events of all zones, and shows the newest', async () => {
  const at = (zone: string, hours: number) => ({
    ...event('all', zone),
    time: new Date(Date.now() - hours * 3_600_000).toISOString(),
  })
  const { ask } = await sideWith([at('shop.test', 3), at('blog.test', 1)], { ruleset })
  expect((await ask('/rules')).text).toMatch(/id="rule-all">.*?>2<\/a><small>1 h/s)
})
