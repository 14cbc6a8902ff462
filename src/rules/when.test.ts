import { describe, expect, test } from 'vitest'
import { loadRules } from './load.ts'
import { rulesFromObjects } from './objects.ts'

/** Returns the expression of a `when` (in YAML). */
const expressionOf = (when: string) => {
  const text = `rules:\n  - name: x\n    action: log\n    when: ${when}\n`
  return loadRules([{ file: 'rules.yaml', text }]).rules[0]?.expression.source
}

const UA = 'http.user_agent'
const PATH = 'http.request.uri.path'
const X = 'http.request.headers["x"][*]'

describe('a condition becomes an expression', () => {
  test.each([
    // country, continent
    ['{ country: KP }', 'ip.src.country eq "KP"'],
    ['{ country: [KP, IR, XX, T1, XK] }', 'ip.src.country in {"KP" "IR" "XX" "T1" "XK"}'],
    ['{ country: NO }', 'ip.src.country eq "NO"'],
    ['{ country: [KP] }', 'ip.src.country eq "KP"'],
    ['{ continent: EU }', 'ip.src.continent eq "EU"'],
    ['{ continent: [AF, T1] }', 'ip.src.continent in {"AF" "T1"}'],
    // asn
    ['{ asn: 13335 }', 'ip.src.asnum eq 13335'],
    ['{ asn: AS13335 }', 'ip.src.asnum eq 13335'],
    ['{ asn: as13335 }', 'ip.src.asnum eq 13335'],
    ['{ asn: "13335" }', 'ip.src.asnum eq 13335'],
    ['{ asn: 0 }', 'ip.src.asnum eq 0'],
    ['{ asn: 4294967295 }', 'ip.src.asnum eq 4294967295'],
    ['{ asn: [1, AS2] }', 'ip.src.asnum in {1 2}'],
    ['{ asn: 64512..65534 }', 'ip.src.asnum in {64512..65534}'],
    ['{ asn: AS1..AS5 }', 'ip.src.asnum in {1..5}'],
    ['{ asn: $hosting }', 'ip.src.asnum in $hosting'],
    [
      '{ asn: [AS1, $hosting, $b] }',
      'ip.src.asnum eq 1 or ip.src.asnum in $hosting or ip.src.asnum in $b',
    ],
    ['{ ip: [$cf.open_proxies, $cf.vpn] }', 'ip.src in $cf.open_proxies or ip.src in $cf.vpn'],
    ['{ host: $shops }', 'http.host in $shops'],
    [
      '{ host: [a.test, $shops, "*.b.test"] }',
      'lower(http.host) eq "a.test" or http.host wildcard "*.b.test" or http.host in $shops',
    ],
    ['{ asn: [7, 1..5] }', 'ip.src.asnum in {7 1..5}'],
    ['{ asn: "0010" }', 'ip.src.asnum eq 10'],
    // ip
    ['{ ip: 192.0.2.1 }', 'ip.src eq 192.0.2.1'],
    ['{ ip: [192.0.2.1, 192.0.2.2] }', 'ip.src in {192.0.2.1 192.0.2.2}'],
    ['{ ip: 10.0.0.0/8 }', 'ip.src in {10.0.0.0/8}'],
    ['{ ip: 0.0.0.0/0 }', 'ip.src in {0.0.0.0/0}'],
    ['{ ip: 192.0.2.1/32 }', 'ip.src in {192.0.2.1/32}'],
    ['{ ip: "2001:DB8:0::1" }', 'ip.src eq 2001:db8::1'],
    ['{ ip: 2001:db8::/32 }', 'ip.src in {2001:db8::/32}'],
    ['{ ip: "::" }', 'ip.src eq ::'],
    ['{ ip: 10.0.0.1..10.0.0.9 }', 'ip.src in {10.0.0.1..10.0.0.9}'],
    ['{ ip: "::1..::5" }', 'ip.src in {::1..::5}'],
    ['{ ip: [10.0.0.0/8, 192.0.2.1] }', 'ip.src in {10.0.0.0/8 192.0.2.1}'],
    // user agent
    ['{ user_agent: curl }', `lower(${UA}) contains "curl"`],
    ['{ user_agent: CURL/8É }', `lower(${UA}) contains "curl/8É"`],
    [
      '{ user_agent: [curl, Wget] }',
      `lower(${UA}) contains "curl" or lower(${UA}) contains "wget"`,
    ],
    ['{ user_agent: "*Bot/*" }', `${UA} wildcard "*Bot/*"`],
    ['{ user_agent: [ "*bot", curl ] }', `lower(${UA}) contains "curl" or ${UA} wildcard "*bot"`],
    ['{ user_agent: { contains: curl } }', `${UA} contains "curl"`],
    [
      '{ user_agent: { contains: [curl, Wget] } }',
      `${UA} contains "curl" or ${UA} contains "Wget"`,
    ],
    [
      '{ user_agent: { contains: [curl, wget, python-requests], or_empty: true } }',
      `${UA} contains "curl" or ${UA} contains "wget" or ${UA} contains "python-requests" or ${UA} eq ""`,
    ],
    ['{ user_agent: { contains: curl, or_empty: false } }', `${UA} contains "curl"`],
    ['{ user_agent: { contains: CURL, ignore_case: true } }', `lower(${UA}) contains "curl"`],
    ['{ user_agent: { equals: a } }', `${UA} eq "a"`],
    ['{ user_agent: { equals: [a, B] } }', `${UA} in {"a" "B"}`],
    ['{ user_agent: { equals: [a, B], ignore_case: true } }', `lower(${UA}) in {"a" "b"}`],
    ['{ user_agent: { equals: "a*" } }', `${UA} eq "a*"`],
    ['{ user_agent: { starts_with: Moz } }', `starts_with(${UA}, "Moz")`],
    [
      '{ user_agent: { ends_with: [A, B], ignore_case: true } }',
      `ends_with(lower(${UA}), "a") or ends_with(lower(${UA}), "b")`,
    ],
    ['{ user_agent: { matches: "^a" } }', `${UA} matches r"^a"`],
    [`{ user_agent: { matches: ['\\d', '"'] } }`, `${UA} matches r"\\d" or ${UA} matches r#"""#`],
    ['{ user_agent: { wildcard: "a*" } }', `${UA} wildcard "a*"`],
    ['{ user_agent: { wildcard: "abc" } }', `${UA} wildcard "abc"`],
    ['{ user_agent: { strict_wildcard: "A*" } }', `${UA} strict wildcard "A*"`],
    ['{ user_agent: { wildcard: "a*", ignore_case: true } }', `${UA} wildcard "a*"`],
    [
      '{ user_agent: { starts_with: Moz, contains: [MSIE, Tri] } }',
      `starts_with(${UA}, "Moz") and (${UA} contains "MSIE" or ${UA} contains "Tri")`,
    ],
    [
      '{ user_agent: { starts_with: Moz, contains: Tri, or_empty: true } }',
      `(starts_with(${UA}, "Moz") and ${UA} contains "Tri") or ${UA} eq ""`,
    ],
    ['{ user_agent: { empty: true } }', `${UA} eq ""`],
    ['{ user_agent: { empty: false } }', `${UA} ne ""`],
    // path
    ['{ path: /admin }', `${PATH} eq "/admin"`],
    ['{ path: [/a, /B] }', `${PATH} in {"/a" "/B"}`],
    ['{ path: /admin* }', `${PATH} strict wildcard "/admin*"`],
    ['{ path: "*.php" }', `${PATH} strict wildcard "*.php"`],
    [
      '{ path: [/a*, /b, "*.c"] }',
      `${PATH} eq "/b" or ${PATH} strict wildcard "/a*" or ${PATH} strict wildcard "*.c"`,
    ],
    ["{ path: '/a\\*' }", `${PATH} eq "/a*"`],
    ["{ path: '/a\\*/*' }", `${PATH} strict wildcard "/a\\\\*/*"`],
    ["{ path: '/a\\b' }", `${PATH} eq "/a\\\\b"`],
    ["{ path: '/a\\b*' }", `${PATH} strict wildcard "/a\\\\\\\\b*"`],
    ["{ path: '/a\"b' }", `${PATH} eq "/a\\"b"`],
    ['{ path: "/a\\nb" }', `${PATH} eq "/a\\x0ab"`],
    ['{ path: { ends_with: .bak } }', `ends_with(${PATH}, ".bak")`],
    ['{ path: { starts_with: /A, ignore_case: true } }', `starts_with(lower(${PATH}), "/a")`],
    ['{ path: { wildcard: /a* } }', `${PATH} wildcard "/a*"`],
    ["{ path: { matches: '^/a\\?$' } }", `${PATH} matches r"^/a\\?$"`],
    // host
    ['{ host: Example.com }', 'lower(http.host) eq "example.com"'],
    ['{ host: [a.example, b.example] }', 'lower(http.host) in {"a.example" "b.example"}'],
    ['{ host: "*.example.com" }', 'http.host wildcard "*.example.com"'],
    [
      '{ host: [a.example, "*.b.example"] }',
      'lower(http.host) eq "a.example" or http.host wildcard "*.b.example"',
    ],
    ['{ host: "[::1]" }', 'lower(http.host) eq "[::1]"'],
    ['{ host: { ends_with: .Example.com } }', 'ends_with(lower(http.host), ".example.com")'],
    ['{ host: { matches: "^a" } }', 'lower(http.host) matches r"^a"'],
    ['{ host: { empty: true } }', 'http.host eq ""'],
    // method
    ['{ method: POST }', 'http.request.method eq "POST"'],
    ['{ method: [GET, PURGE] }', 'http.request.method in {"GET" "PURGE"}'],
    // header
    ['{ header: { X: a } }', `any(${X} eq "a")`],
    ['{ header: { x: [a, B] } }', `any(${X} in {"a" "B"})`],
    ['{ header: { x: "A*" } }', `any(${X} strict wildcard "A*")`],
    ['{ header: { x: [a, "b*"] } }', `any(${X} eq "a") or any(${X} strict wildcard "b*")`],
    ['{ header: { x: { contains: a } } }', `any(${X} contains "a")`],
    ['{ header: { x: { contains: A, ignore_case: true } } }', `any(lower(${X})[*] contains "a")`],
    ['{ header: { x: { starts_with: a } } }', `any(starts_with(${X}, "a"))`],
    [
      '{ header: { x: { ends_with: A, ignore_case: true } } }',
      `any(ends_with(lower(${X})[*], "a"))`,
    ],
    ['{ header: { x: { matches: a } } }', `any(${X} matches r"a")`],
    ['{ header: { x: { wildcard: a* } } }', `any(${X} wildcard "a*")`],
    ['{ header: { x: { empty: true } } }', `not any(${X} ne "")`],
    ['{ header: { x: { empty: false } } }', `any(${X} ne "")`],
    ['{ header: { x: { equals: a, or_empty: true } } }', `any(${X} eq "a") or not any(${X} ne "")`],
    ['{ header: { x: { present: true } } }', 'len(http.request.headers["x"]) > 0'],
    ['{ header: { x: { present: false } } }', 'not len(http.request.headers["x"]) > 0'],
    ['{ header: { x: a, Y: b } }', `any(${X} eq "a") and any(http.request.headers["y"][*] eq "b")`],
    // fingerprints
    [
      '{ ja3: cd08e31494f9531f560d64c695473da9 }',
      'cf.bot_management.ja3_hash eq "cd08e31494f9531f560d64c695473da9"',
    ],
    [
      '{ ja4: [t13d1516h2_8daaf6152771_b186095e22bb, q13i0310h3_55b375c5d22e_cd85d2d88918] }',
      'cf.bot_management.ja4 in {"t13d1516h2_8daaf6152771_b186095e22bb" "q13i0310h3_55b375c5d22e_cd85d2d88918"}',
    ],
    // and, or, not
    ['{ method: GET, path: /a }', `http.request.method eq "GET" and ${PATH} eq "/a"`],
    ['{ path: /a, method: GET }', `${PATH} eq "/a" and http.request.method eq "GET"`],
    [
      '{ path: [/a, /b*], method: GET }',
      `(${PATH} eq "/a" or ${PATH} strict wildcard "/b*") and http.request.method eq "GET"`,
    ],
    ['{ not: { method: GET } }', 'not http.request.method eq "GET"'],
    [
      '{ not: { method: GET, path: /a } }',
      `not (http.request.method eq "GET" and ${PATH} eq "/a")`,
    ],
    [
      '{ not: [{ method: GET }, { path: /a }] }',
      `not (http.request.method eq "GET" or ${PATH} eq "/a")`,
    ],
    ['{ not: { not: { method: GET } } }', 'not not http.request.method eq "GET"'],
    ['{ any: [{ method: GET }, { path: /a }] }', `http.request.method eq "GET" or ${PATH} eq "/a"`],
    ['{ any: { method: GET, path: /a } }', `http.request.method eq "GET" and ${PATH} eq "/a"`],
    [
      '{ any: [{ method: GET, path: /a }, { path: /b }] }',
      `(http.request.method eq "GET" and ${PATH} eq "/a") or ${PATH} eq "/b"`,
    ],
    [
      '{ all: [{ path: { contains: a } }, { path: { contains: b } }] }',
      `${PATH} contains "a" and ${PATH} contains "b"`,
    ],
    [
      '{ all: [{ any: [{ path: /a }, { method: GET }] }, { not: { path: /c } }] }',
      `(${PATH} eq "/a" or http.request.method eq "GET") and not ${PATH} eq "/c"`,
    ],
    [
      '{ path: [/admin*, /wp-login.php], not: { ip: [203.0.113.0/24] } }',
      `(${PATH} eq "/wp-login.php" or ${PATH} strict wildcard "/admin*") and not ip.src in {203.0.113.0/24}`,
    ],
  ])('%s → %s', (when, expected) => {
    expect(expressionOf(when)).toBe(expected)
  })

  test('aliases stand for what their anchor names', () => {
    const text = [
      'rules:',
      '  - { name: a, action: log, when: { ip: &office [192.0.2.1, 10.0.0.0/8] } }',
      '  - { name: b, action: log, when: { not: { ip: *office } } }',
    ].join('\n')
    expect(loadRules([{ file: 'r', text }]).rules[1]?.expression.source).toBe(
      'not ip.src in {192.0.2.1 10.0.0.0/8}'
    )
  })

  test('objects in code give the same expressions', () => {
    const when = {
      asn: [1, 2n, '3'],
      path: ['/a', '/b*'],
      not: { ip: '10.0.0.0/8' },
      host: undefined,
    }
    const { rules } = rulesFromObjects([{ rules: [{ name: 'x', action: 'log', when }] }])
    expect(rules[0]?.expression.source).toBe(
      `ip.src.asnum in {1 2 3} and (${PATH} eq "/a" or ${PATH} strict wildcard "/b*") and not ip.src in {10.0.0.0/8}`
    )
  })
})
