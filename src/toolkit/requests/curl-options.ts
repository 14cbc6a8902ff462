/** The parts of a curl command line that affect the request. */
export interface CurlState {
  urls: string[]
  method: string | undefined
  headers: string[]
  agent: string | undefined
  referer: string | undefined
  cookies: string[]
  data: string[]
  parts: string[]
  queries: string[]
  user: string | undefined
  bearer: string | undefined
  range: string | undefined
  version: string | undefined
  isHead: boolean
  isGet: boolean
  isJson: boolean
  isUpload: boolean
  isCompressed: boolean
  isPathAsIs: boolean
  target: string | undefined
  /** Options without an effect here, one sentence each. */
  notes: string[]
}

type Take = (state: CurlState, value: string) => void

interface CurlOption {
  readonly takesValue: boolean
  readonly take: Take
}

const value = (take: Take): CurlOption => ({ takesValue: true, take })
const flag = (take: (state: CurlState) => void): CurlOption => ({ takesValue: false, take })
/** An option of the connection or the output: it does not change the request. */
const idle: CurlOption = flag(() => {})
const idleValue: CurlOption = value(() => {})
const noted = (sentence: string): CurlOption =>
  value(({ notes }, given) => void notes.push(`${sentence}: ${given}`))

const FROM_FILE = 'the content of a file is not read, and the body is without it'

const data: CurlOption = value(({ data: all, notes }, given) => {
  if (given.startsWith('@')) notes.push(`${FROM_FILE}: ${given.slice(1)}`)
  else all.push(given)
})

/** `name=content`, `=content` or `content`; the content is encoded. */
const encoded = (given: string): string => {
  const equals = given.indexOf('=')
  const encode = (text: string) =>
    encodeURIComponent(text.toWellFormed())
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+')
  if (equals < 0) return encode(given)
  const name = given.slice(0, equals)
  return `${name}${name === '' ? '' : '='}${encode(given.slice(equals + 1))}`
}

const form = (isText: boolean): CurlOption =>
  value(({ parts, notes }, given) => {
    const [, name, first] = /^([^=]*)=([@<]?)/.exec(given) ?? []
    if (!isText && name !== undefined && first !== '' && first !== undefined) {
      notes.push(`${FROM_FILE}: ${given.slice(name.length + 2)}`)
      parts.push(`${name}=`)
    } else parts.push(given)
  })

const version = (text: string) =>
  flag((state) => {
    state.version = text
  })

/** Every option that affects the request, and those that people paste with it. https://curl.se/docs/manpage.html */
export const CURL_OPTIONS: Readonly<Record<string, CurlOption>> = {
  url: value(({ urls }, given) => void urls.push(given)),
  request: value((state, given) => {
    state.method = given
  }),
  header: value(({ headers, notes }, given) => {
    if (given.startsWith('@')) notes.push(`headers of a file are not read: ${given.slice(1)}`)
    else headers.push(given)
  }),
  'user-agent': value((state, given) => {
    state.agent = given
  }),
  referer: value((state, given) => {
    state.referer = given.replace(/;auto$/, '')
  }),
  cookie: value(({ cookies, notes }, given) => {
    if (given.includes('=')) cookies.push(given)
    else notes.push(`cookies of a file are not read: ${given}`)
  }),
  data,
  'data-ascii': data,
  'data-binary': data,
  'data-raw': value((state, given) => void state.data.push(given)),
  'data-urlencode': value(({ data: all, notes }, given) => {
    if (/^[^=]*@/.test(given)) notes.push(`${FROM_FILE}: ${given.slice(given.indexOf('@') + 1)}`)
    else all.push(encoded(given))
  }),
  json: value((state, given) => {
    state.isJson = true
    CURL_OPTIONS['data-binary']!.take(state, given)
  }),
  form: form(false),
  'form-string': form(true),
  'url-query': value(({ queries }, given) => {
    queries.push(given.startsWith('+') ? given.slice(1) : encoded(given))
  }),
  'upload-file': value((state, given) => {
    state.isUpload = true
    state.notes.push(`${FROM_FILE}: ${given}`)
  }),
  head: flag((state) => {
    state.isHead = true
  }),
  get: flag((state) => {
    state.isGet = true
  }),
  user: value((state, given) => {
    state.user = given
  }),
  'oauth2-bearer': value((state, given) => {
    state.bearer = given
  }),
  range: value((state, given) => {
    state.range = given
  }),
  compressed: flag((state) => {
    state.isCompressed = true
  }),
  'path-as-is': flag((state) => {
    state.isPathAsIs = true
  }),
  'request-target': value((state, given) => {
    state.target = given
  }),
  'http1.0': version('HTTP/1.0'),
  'http1.1': version('HTTP/1.1'),
  http2: version('HTTP/2'),
  'http2-prior-knowledge': version('HTTP/2'),
  http3: version('HTTP/3'),
  'http3-only': version('HTTP/3'),
  proxy: noted('the proxy is not used, and the address of the visitor is not the proxy’s'),
  socks5: noted('the proxy is not used, and the address of the visitor is not the proxy’s'),
  'socks5-hostname': noted(
    'the proxy is not used, and the address of the visitor is not the proxy’s'
  ),
  config: noted('the options of a file are not read'),
  ...Object.fromEntries(
    'insecure location silent show-error include verbose fail fail-with-body remote-name no-buffer globoff junk-session-cookies netrc disable parallel remote-time ipv4 ipv6 progress-bar tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 location-trusted create-dirs raw tcp-nodelay no-keepalive styled-output no-progress-meter retry-all-errors retry-connrefused remote-header-name basic anyauth digest negotiate ntlm post301 post302 post303 compressed-ssh ssl-no-revoke http0.9 no-alpn no-sessionid tr-encoding false-start'
      .split(' ')
      .map((name) => [name, idle])
  ),
  ...Object.fromEntries(
    'output write-out max-time connect-timeout retry retry-delay retry-max-time max-redirs interface cacert capath cert cert-type key key-type pass ciphers tls13-ciphers curves tls-max dump-header cookie-jar time-cond resolve connect-to limit-rate speed-limit speed-time keepalive-time proxy-user noproxy max-filesize stderr trace trace-ascii unix-socket dns-servers doh-url continue-at local-port output-dir rate pinnedpubkey expect100-timeout'
      .split(' ')
      .map((name) => [name, idleValue])
  ),
}

/** One letter each. */
export const SHORT_OPTIONS: Readonly<Record<string, string>> = {
  X: 'request',
  H: 'header',
  A: 'user-agent',
  e: 'referer',
  b: 'cookie',
  d: 'data',
  F: 'form',
  T: 'upload-file',
  I: 'head',
  G: 'get',
  u: 'user',
  r: 'range',
  x: 'proxy',
  K: 'config',
  k: 'insecure',
  L: 'location',
  s: 'silent',
  S: 'show-error',
  i: 'include',
  v: 'verbose',
  f: 'fail',
  O: 'remote-name',
  J: 'remote-header-name',
  N: 'no-buffer',
  g: 'globoff',
  j: 'junk-session-cookies',
  n: 'netrc',
  q: 'disable',
  Z: 'parallel',
  R: 'remote-time',
  '#': 'progress-bar',
  '4': 'ipv4',
  '6': 'ipv6',
  '0': 'http1.0',
  '1': 'tlsv1',
  o: 'output',
  w: 'write-out',
  m: 'max-time',
  E: 'cert',
  D: 'dump-header',
  c: 'cookie-jar',
  z: 'time-cond',
  C: 'continue-at',
  U: 'proxy-user',
  Y: 'speed-limit',
  y: 'speed-time',
}
