// Ten kinds of rules as people write them, any number of variants of each: for edge1020 and in the dialects of the two
// peers. The wasm has no `any`, no array values and fewer fields: what it lacks it reads from `local`, its map of strings.
// firewalker's engine is older: a wildcard becomes the regex that it means.
const RARE_COUNTRIES = 'KP IR SY CU BY MM SD VE ZW LY YE SO AF ER CF ML NI GQ TD LR'.split(' ')
const MARKETS = ['US', 'DE', 'FR', 'GB', 'NL', 'PL']
const TOOLS = 'sqlmap nikto masscan zgrab nuclei dirbuster gobuster wpscan hydra nessus'.split(' ')

const several = (items, n, count) =>
  Array.from({ length: count }, (_, i) => items[(n * 7 + i * 3) % items.length])
const numbers = (count, make) => Array.from({ length: count }, (_, i) => make(i))
const quoted = (items) => items.map((item) => `"${item}"`).join(' ')
const anyContains = (field, needles) =>
  needles.map((needle) => `${field} contains "${needle}"`).join(' or ')

const KINDS = {
  'country set': (n) => {
    const set = `{${quoted(several(RARE_COUNTRIES, n, 4))}}`
    return {
      edge: `ip.src.country in ${set}`,
      wasm: `local["country"] in ${set}`,
    }
  },
  'user agent list': (n) => {
    const needles = [
      `${TOOLS[n % TOOLS.length]}/${n}`,
      `tool-${n}`,
      `scan${n}er`,
      `grab-${n}`,
      `x${n}bot`,
    ]
    return {
      edge: anyContains('http.user_agent', needles),
      wasm: anyContains('http.request.headers["user-agent"]', needles),
    }
  },
  'path wildcard': (n) => ({
    edge: `http.request.uri.path wildcard "/panel-${n}/*" and not ip.src in {192.0.2.${n % 256}}`,
    firewalker: `http.request.uri.path matches "(?i)^/panel-${n}/.*$" and not ip.src in {192.0.2.${n % 256}}`,
  }),
  'ASN set': (n) => {
    const set = numbers(6, (i) => 60_000 + n * 11 + i * 5)
    return {
      edge: `ip.src.asnum in {${set.join(' ')}}`,
      wasm: `local["asn"] in {${quoted(set)}}`,
    }
  },
  'CIDR set': (n) => {
    const set = numbers(6, (i) => `${200 + (n % 20)}.${(n * 3 + i * 37) % 256}.${n % 256}.0/24`)
    return { edge: `ip.src in {${set.join(' ')}}` }
  },
  'header map': (n) => ({
    edge: `any(http.request.headers["x-client"][*] contains "probe-${n}")`,
    wasm: `http.request.headers["x-client"] contains "probe-${n}"`,
  }),
  regex: (n) => ({
    edge: `http.request.uri.path matches "^/(?:api|rest)-${n}/v\\d+/internal"`,
  }),
  'method and path': (n) => ({
    edge: `http.request.method eq "POST" and http.request.uri.path contains "/backup-${n}/"`,
  }),
  'query list': (n) => {
    const needles = [`union+select+${n}`, `cmd${n}=`, `../../${n}`]
    return {
      edge: anyContains('http.request.uri.query', needles),
      wasm: anyContains('local["query"]', needles),
    }
  },
  'host, country, path': (n) => {
    const country = MARKETS[n % MARKETS.length]
    const path = `starts_with(http.request.uri.path, "/old-${n}/")`
    return {
      edge: `http.host eq "shop.test" and ip.src.country ne "${country}" and ${path}`,
      wasm: `http.host eq "shop.test" and local["country"] ne "${country}" and http.request.uri.path wildcard "/old-${n}/*"`,
    }
  },
}

export const kinds = Object.keys(KINDS)

/** Rules of all kinds in turn, each in the three dialects. */
export const rules = (count) =>
  numbers(count, (i) => {
    const kind = kinds[i % kinds.length]
    const { edge, wasm = edge, firewalker = edge } = KINDS[kind](Math.floor(i / kinds.length))
    return { kind, edge, wasm, firewalker }
  })

const startsWithFolded = (path, prefix) => path.slice(0, prefix.length).toLowerCase() === prefix
const RARE = new Set(several(RARE_COUNTRIES, 0, 4))
const NETWORKS = new Set(numbers(6, (i) => 60_000 + i * 5))
const CIDRS = new Set(numbers(6, (i) => (200 << 16) | (((i * 37) % 256) << 8)))
const INTERNAL = /^\/(?:api|rest)-0\/v\d+\/internal/

/** The first variant of each kind as somebody would write it in JavaScript. */
export const byHand = {
  'country set': ({ country }) => RARE.has(country),
  'user agent list': ({ userAgent }) =>
    userAgent.includes('sqlmap/0') ||
    userAgent.includes('tool-0') ||
    userAgent.includes('scan0er') ||
    userAgent.includes('grab-0') ||
    userAgent.includes('x0bot'),
  'path wildcard': ({ path, ip }) => startsWithFolded(path, '/panel-0/') && ip !== '192.0.2.0',
  'ASN set': ({ asn }) => NETWORKS.has(asn),
  'CIDR set': ({ address }) => CIDRS.has(address >>> 8),
  'header map': ({ headers }) => headers['x-client']?.includes('probe-0') ?? false,
  regex: ({ path }) => INTERNAL.test(path),
  'method and path': ({ method, path }) => method === 'POST' && path.includes('/backup-0/'),
  'query list': ({ query }) =>
    query.includes('union+select+0') || query.includes('cmd0=') || query.includes('../../0'),
  'host, country, path': ({ host, country, path }) =>
    host === 'shop.test' && country !== 'US' && path.startsWith('/old-0/'),
}
