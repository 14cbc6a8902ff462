import type { Value } from '../language/types.ts'

export interface FunctionExample {
  readonly expression: string
  /** Values by field name: what the request of the example holds. Text as an address is text in `ip.src`. */
  readonly given?: Readonly<Record<string, Value>>
  /** The result as the page shows it: text in quotes, `missing` for none. */
  readonly result: string
}

export interface FunctionNote {
  readonly meaning: string
  readonly examples: readonly FunctionExample[]
}

const host = { 'http.host': 'www.Shop.test' }
const path = { 'http.request.uri.path': '/Admin/users' }
const query = { 'http.request.uri.query': 'a=1&b=2&a=3' }
const body = { 'http.request.body.raw': '{"user":{"name":"eve","roles":["admin"]},"age":41}' }
const address = { 'ip.src': '198.51.100.23' }
const address6 = { 'ip.src': '2001:db8:1234:5678::9' }
const names = { 'http.request.headers.names': ['accept', 'cookie'] }
const headers = { 'http.request.headers': new Map([['accept', ['*/*']]]) }

/** Meaning and examples of each function, in our own words. A test runs every example. */
export const functionNotes: Readonly<Record<string, FunctionNote>> = {
  lower: {
    meaning: 'The text with the letters A to Z in lower case.',
    examples: [{ expression: 'lower(http.host)', given: host, result: '"www.shop.test"' }],
  },
  upper: {
    meaning: 'The text with the letters a to z in upper case.',
    examples: [{ expression: 'upper(http.host)', given: host, result: '"WWW.SHOP.TEST"' }],
  },
  len: {
    meaning: 'Number of bytes of a text, or of elements of an array.',
    examples: [
      { expression: 'len(http.host)', given: { 'http.host': 'bücher.test' }, result: '12' },
      { expression: 'len(http.request.headers.names)', given: names, result: '2' },
    ],
  },
  starts_with: {
    meaning: 'Whether the text starts with another text; case-sensitive.',
    examples: [
      { expression: 'starts_with(http.request.uri.path, "/Admin")', given: path, result: 'true' },
      { expression: 'starts_with(http.request.uri.path, "/admin")', given: path, result: 'false' },
    ],
  },
  ends_with: {
    meaning: 'Whether the text ends with another text; case-sensitive.',
    examples: [
      { expression: 'ends_with(http.request.uri.path, "users")', given: path, result: 'true' },
      { expression: 'ends_with(http.request.uri.path, "user")', given: path, result: 'false' },
    ],
  },
  substring: {
    meaning:
      'The bytes from `start` up to, but not including, `end`. Positions start at 0; negative ones count from the end. Without `end`, all bytes to the end.',
    examples: [
      { expression: 'substring(http.request.uri.path, 1, 6)', given: path, result: '"Admin"' },
      { expression: 'substring(http.request.uri.path, -5)', given: path, result: '"users"' },
    ],
  },
  remove_bytes: {
    meaning: 'The text without any of the given bytes.',
    examples: [{ expression: 'remove_bytes(http.host, ".w")', given: host, result: '"Shoptest"' }],
  },
  to_string: {
    meaning: 'A number, boolean or address as text.',
    examples: [{ expression: 'to_string(ip.src)', given: address, result: '"198.51.100.23"' }],
  },
  concat: {
    meaning:
      'All texts joined to one text, or all arrays to one array. A missing argument counts as empty.',
    examples: [
      {
        expression: 'concat(http.host, http.request.uri.path)',
        given: { ...host, ...path },
        result: '"www.Shop.test/Admin/users"',
      },
    ],
  },
  coalesce: {
    meaning: 'The first argument that is not missing.',
    examples: [
      {
        expression: 'coalesce(http.request.headers["x-id"][0], "none")',
        given: headers,
        result: '"none"',
      },
    ],
  },
  join: {
    meaning: 'The texts of an array, joined with the separator.',
    examples: [
      {
        expression: 'join(http.request.headers.names, ",")',
        given: names,
        result: '"accept,cookie"',
      },
    ],
  },
  split: {
    meaning: 'The parts of a text between the separators, at most `limit` parts.',
    examples: [
      {
        expression: 'split(http.request.uri.query, "&")',
        given: query,
        result: '["a=1", "b=2", "a=3"]',
      },
    ],
  },
  has_key: {
    meaning: 'Whether a map has the key.',
    examples: [
      { expression: 'has_key(http.request.headers, "accept")', given: headers, result: 'true' },
      { expression: 'has_key(http.request.headers, "cookie")', given: headers, result: 'false' },
    ],
  },
  has_value: {
    meaning: 'Whether an array or map contains exactly the value.',
    examples: [
      {
        expression: 'has_value(http.request.headers.names, "cookie")',
        given: names,
        result: 'true',
      },
      {
        expression: 'has_value(http.request.headers.names, "cook")',
        given: names,
        result: 'false',
      },
    ],
  },
  url_decode: {
    meaning:
      'The text with percent escapes decoded and `+` as a space. Options: `r` decodes repeatedly, `u` also decodes `%uXXXX`.',
    examples: [
      {
        expression: 'url_decode(http.request.uri.query)',
        given: { 'http.request.uri.query': 'q=a%2520b+c' },
        result: '"q=a%20b c"',
      },
      {
        expression: 'url_decode(http.request.uri.query, "r")',
        given: { 'http.request.uri.query': 'q=a%2520b' },
        result: '"q=a b"',
      },
    ],
  },
  remove_query_args: {
    meaning: 'The query without the arguments of these names.',
    examples: [
      {
        expression: 'remove_query_args(http.request.uri.query, "a")',
        given: query,
        result: '"b=2"',
      },
    ],
  },
  regex_replace: {
    meaning: `The text with the first match of a regular expression replaced; \`\${1}\` is its first group.`,
    examples: [
      {
        expression: `regex_replace(http.request.uri.path, "^/Admin/(.*)$", "/\${1}")`,
        given: path,
        result: '"/users"',
      },
    ],
  },
  wildcard_replace: {
    meaning: `The replacement if the whole text matches a pattern, otherwise the text itself; \`\${1}\` is the text at the first \`*\`. Ignores case unless the flags contain \`s\`.`,
    examples: [
      {
        expression: `wildcard_replace(http.request.uri.path, "/admin/*", "/\${1}")`,
        given: path,
        result: '"/users"',
      },
    ],
  },
  encode_base64: {
    meaning: 'The text in base64. Flags: `u` uses the URL alphabet, `p` adds padding.',
    examples: [
      {
        expression: 'encode_base64(http.host)',
        given: { 'http.host': 'shop.test' },
        result: '"c2hvcC50ZXN0"',
      },
    ],
  },
  decode_base64: {
    meaning: 'The decoded text of a base64 text.',
    examples: [
      {
        expression: 'decode_base64(http.cookie)',
        given: { 'http.cookie': 'c2hvcC50ZXN0' },
        result: '"shop.test"',
      },
    ],
  },
  sha256: {
    meaning: 'SHA-256 of the text: 32 bytes, not hex digits.',
    examples: [
      {
        expression: 'encode_base64(sha256(http.host))',
        given: { 'http.host': 'abc' },
        result: '"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"',
      },
    ],
  },
  hash_in_range: {
    meaning:
      'A number from `start` up to, but not including, `end`. The same values always give the same number. Cloudflare does not document its hash, so its number differs.',
    examples: [
      {
        expression: 'hash_in_range(0, 100, ip.src)',
        given: address,
        result: '72',
      },
    ],
  },
  is_timed_hmac_valid_v0: {
    meaning:
      'Whether a message has a valid HMAC-SHA256 for the key, and a timestamp of at most `ttl` seconds ago.',
    examples: [
      {
        expression:
          'is_timed_hmac_valid_v0("example-key", http.request.uri, 600, http.request.timestamp.sec, 8)',
        given: {
          'http.request.uri':
            '/files/report.pdf?verify=1700000000-SU%2BnTKKNLb%2FrZ957%2Fk0nqBK8xKyHUCUI2KGF9zuUny0%3D',
          'http.request.timestamp.sec': 1_700_000_060,
        },
        result: 'true',
      },
    ],
  },
  lookup_json_integer: {
    meaning: 'The integer at a path of keys and indexes in a JSON text.',
    examples: [
      {
        expression: 'lookup_json_integer(http.request.body.raw, "age")',
        given: body,
        result: '41',
      },
    ],
  },
  lookup_json_string: {
    meaning: 'The text at a path of keys and indexes in a JSON text.',
    examples: [
      {
        expression: 'lookup_json_string(http.request.body.raw, "user", "roles", 0)',
        given: body,
        result: '"admin"',
      },
      {
        expression: 'lookup_json_string(http.request.body.raw, "user", "mail")',
        given: body,
        result: 'missing',
      },
    ],
  },
  cidr: {
    meaning: 'The network of an address: its first bits, followed by zeros.',
    examples: [
      { expression: 'cidr(ip.src, 24, 48)', given: address, result: '198.51.100.0' },
      { expression: 'cidr(ip.src, 24, 48)', given: address6, result: '2001:db8:1234::' },
    ],
  },
  cidr6: {
    meaning: 'The network of an IPv6 address; an IPv4 address stays the same.',
    examples: [
      { expression: 'cidr6(ip.src, 32)', given: address6, result: '2001:db8::' },
      { expression: 'cidr6(ip.src, 32)', given: address, result: '198.51.100.23' },
    ],
  },
  uuidv4: {
    meaning:
      'A version 4 UUID from random bytes, such as `cf.random_seed`; the same bytes give the same UUID.',
    examples: [
      {
        expression: 'uuidv4(cf.random_seed)',
        given: { 'cf.random_seed': '0123456789abcdef' },
        result: '"9f9f5111-f7b2-4a78-9f1f-1ddde5ebc2dd"',
      },
    ],
  },
  bit_slice: {
    meaning:
      'The bits of a packet header from `offset_start` up to, but not including, `offset_end`, as a number.',
    examples: [
      { expression: 'bit_slice(tcp, 0, 16)', given: { tcp: '\x01\xbb\x00' }, result: '443' },
    ],
  },
}

/** The quantifiers are grammar and not functions; they read like functions. */
export const quantifierNotes: Readonly<Record<string, FunctionNote>> = {
  any: {
    meaning: 'Whether at least one element fulfils the condition. `[*]` is each element.',
    examples: [
      {
        expression: 'any(http.request.headers.names[*] eq "cookie")',
        given: names,
        result: 'true',
      },
      {
        expression: 'any(http.request.headers.names[*] eq "cookie")',
        given: { 'http.request.headers.names': [] },
        result: 'false',
      },
    ],
  },
  all: {
    meaning: 'Whether every element fulfils the condition; true if there are no elements.',
    examples: [
      {
        expression: 'all(http.request.headers.names[*] contains "c")',
        given: names,
        result: 'true',
      },
      {
        expression: 'all(http.request.headers.names[*] eq "cookie")',
        given: names,
        result: 'false',
      },
    ],
  },
}
