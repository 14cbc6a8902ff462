/**
 * All keys of a test file, each with words that people use by mistake. `schema/tests.json` has the same keys; a test compares them.
 * Messages list the keys in this order.
 */
type Keys = Readonly<Record<string, readonly string[]>>

/** The keys that describe a request. A file can set them for all tests, and each test for itself. */
const REQUEST_KEYS = {
  host: ['hostname', 'domain'],
  headers: ['header'],
  as: ['persona', 'visitor'],
  from: ['attributes', 'visitor_from', 'client'],
} as const satisfies Keys

export const FILE_KEYS = {
  $schema: [],
  name: ['title'],
  rules: ['rule', 'ruleset', 'rulesets'],
  personas: [],
  ...REQUEST_KEYS,
  tests: ['test', 'cases'],
} as const satisfies Keys

export const TEST_KEYS = {
  name: ['title', 'test', 'description'],
  tags: ['tag', 'labels'],
  each: ['table', 'examples', 'rows', 'matrix'],
  request: ['url', 'req', 'path'],
  ...REQUEST_KEYS,
  body: ['data', 'content'],
  times: ['repeat', 'count'],
  every: ['interval', 'delay'],
  expect: ['expected', 'expects', 'then', 'want', 'result'],
} as const satisfies Keys

export const METHOD_KEYS = {
  method: ['verb'],
  url: ['path', 'uri', 'target'],
  version: ['http', 'protocol'],
} as const satisfies Keys

export const FROM_KEYS = {
  as: ['persona'],
  ip: ['address', 'addr', 'ip_address'],
  country: ['countries', 'country_code'],
  asn: ['as_number', 'asnum'],
  ja3: ['ja3_hash'],
  ja4: [],
  fields: ['field'],
  challenge: [],
} as const satisfies Keys

export const EXPECT_KEYS = {
  action: ['verdict', 'outcome'],
  code: ['error', 'error_code'],
  status: ['status_code'],
  rule: ['by'],
  not_rule: ['not', 'not_by'],
  matched: ['matches', 'rules', 'logged'],
} as const satisfies Keys
