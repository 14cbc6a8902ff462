import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../cli/commands.ts'
import { DURABILITIES } from '../events/node/durability.ts'
import { STORE_FAILURE_POLICIES } from '../events/node/group-commit.ts'
import { SEVERITIES } from '../lint/finding.ts'
import { PLANS } from '../lint/lint-type.ts'
import type { EdgeConfig } from './config.ts'
import { defineConfig } from './config.ts'
import { CONFIG_KEYS, keysOf } from './keys.ts'
import { readConfig } from './read.ts'

const ALL = defineConfig({
  rules: ['a.yaml', 'b'],
  tests: 'a.test.yaml',
  personas: 'p.yaml',
  terraform: { vars: { zone: 'shop.test' }, varFiles: ['x.tfvars'] },
  plan: 'pro',
  data: 'data',
  store: 'memory',
  events: { maxAgeDays: 7, maxMegabytes: 10, durability: 'flush', onStoreFailure: 'hold' },
  sinks: 'ndjson:events.ndjson',
  anonymizeIp: 'truncate',
  redactQuery: ['a', 'b'],
  geo: 'geoip-lite',
  asnData: 'asn.tsv',
  feeds: ['drop=drop.json,weight=80'],
  bots: 'off',
  upstream: 'http://127.0.0.1:3000',
  host: '0.0.0.0',
  port: 9020,
  trust: ['loopback', '10.0.0.0/8'],
  tls: { cert: 'c.pem', key: 'k.pem' },
  overrides: true,
  counters: 'memory',
  colo: 'LHR',
  challenges: { lifetimeSeconds: 60 },
  answers: {
    page: 'g3',
    template: 'p.html',
    contact: 'https://a.test/',
    languages: true,
    shortText: 'never',
  },
  admin: { url: 'x', host: 'y', port: 9021, names: 'n', readOnly: true, tls: true },
  lint: { failOn: 'warning', maxWarnings: 0 },
  test: { minCoverage: 90, minMutation: 80 },
  audit: { host: 'a.test', failOn: 'never' },
} as const satisfies EdgeConfig)

test('every key of the table is read', () => {
  const values = readConfig('c.ts', ALL)
  const expected = Object.keys(CONFIG_KEYS).filter((name) => name !== 'tls')
  expect([...values.keys()].sort()).toEqual(expected.sort())
  expect(values.get('rules')).toEqual(['a.yaml', 'b'])
  expect(values.get('terraform.vars')).toEqual(['zone=shop.test'])
  expect(values.get('port')).toEqual(['9020'])
  expect(values.get('overrides')).toBe(true)
  expect(readConfig('c.ts', { tls: true, $schema: 'x' }).get('tls')).toBe(true)
})

test.each([
  [undefined, 'c.ts: no default export: expected an object'],
  [[], 'c.ts: []: expected an object'],
  [() => ({}), 'c.ts: a function: expected an object'],
  [{ rule: 'a' }, 'c.ts: unknown key "rule": did you mean "rules"?'],
  [{ admin: { prot: 1 } }, 'c.ts: unknown key "admin.prot": did you mean "admin.port"?'],
  [{ zones: [] }, 'c.ts: unknown key "zones": expected one of rules, tests,'],
  [{ constructor: 1 }, 'c.ts: unknown key "constructor"'],
  [{ port: '80' }, 'c.ts: key "port": "80": expected a whole number'],
  [{ port: -1 }, 'c.ts: key "port": -1: expected a whole number'],
  [{ port: Number.NaN }, 'c.ts: key "port": NaN: expected a whole number'],
  [{ port: 80n }, 'c.ts: key "port": 80n: expected a whole number'],
  [{ rules: { a: 80n } }, 'c.ts: key "rules": an object: expected a text or a list of texts'],
  [{ rules: ['a', 1] }, 'c.ts: key "rules": ["a",1]: expected a text or a list of texts'],
  [{ rules: '' }, 'c.ts: key "rules": "": expected a text or a list of texts'],
  [{ plan: 'gold' }, 'c.ts: key "plan": "gold": expected one of free, pro, business, enterprise'],
  [{ overrides: 'yes' }, 'c.ts: key "overrides": "yes": expected true or false'],
  [{ admin: 8021 }, 'c.ts: key "admin": 8021: expected an object with url, host, port'],
  [{ tls: 'x' }, 'c.ts: key "tls": "x": expected true or false, or an object with cert, key'],
  [{ tls: { cert: 'x' } }, 'c.ts: key "tls": expected both "tls.cert" and "tls.key", or true'],
  [{ terraform: { vars: { a: 1 } } }, 'c.ts: key "terraform.vars": {"a":1}: expected names and'],
])('%o is refused by name', (config, message) => {
  expect(() => readConfig('c.ts', config)).toThrow(
    expect.objectContaining({
      code: 'invalid_config',
      message: expect.stringContaining(message),
    })
  )
})

describe('the table', () => {
  test('each option is one of a command, and takes what the key holds', async () => {
    const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
    const found = commands.flatMap(({ name, flags, takesSettings }) =>
      takesSettings === false
        ? []
        : keysOf(name, flags).map(([key, { flag, kind, joins }]) => ({
            key,
            isSwitch: flags[flag]!.value === undefined,
            isMultiple: flags[flag]!.multiple === true,
            kind: joins === true ? 'text' : kind,
          }))
    )
    for (const { key, isSwitch, isMultiple, kind } of found) {
      expect([key, isSwitch]).toEqual([key, kind === 'switch'])
      expect([key, isMultiple]).toEqual([key, kind === 'texts' || kind === 'pairs'])
    }
    const reached = new Set(found.map(({ key }) => key))
    const missing = Object.keys(CONFIG_KEYS).filter((key) => !reached.has(key as never))
    expect(missing).toEqual(['tests'])
  })

  test('choices are those of the commands', () => {
    expect(CONFIG_KEYS.plan.oneOf).toEqual(PLANS)
    expect(CONFIG_KEYS['lint.failOn'].oneOf).toEqual(SEVERITIES)
    expect(CONFIG_KEYS['events.durability'].oneOf).toEqual(DURABILITIES)
    expect(CONFIG_KEYS['events.onStoreFailure'].oneOf).toEqual(STORE_FAILURE_POLICIES)
  })
})
