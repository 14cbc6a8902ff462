import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRequestText } from './read.ts'
import { shellOf, shellWords } from './shell.ts'

describe('words of a shell', () => {
  test.each([
    ['bash', 'curl \'a b\'"c d"e', ['curl', 'a bc de']],
    ['bash', "curl \\\n  -H 'x: y' \\\r\n z", ['curl', '-H', 'x: y', 'z']],
    ['bash', 'curl \'\' ""', ['curl', '', '']],
    ['bash', 'curl "a\\"b\\$c\\`d\\\\e\\f"', ['curl', 'a"b$c`d\\e\\f']],
    ['bash', 'curl a\\ b\\&c', ['curl', 'a b&c']],
    ['bash', "curl $'a\\'b\\n\\x41\\u00e9\\101\\\\'", ['curl', "a'b\nAéA\\"]],
    ['bash', "curl 'http://a/?b=1&c=2' | jq .", ['curl', 'http://a/?b=1&c=2']],
    ['bash', 'curl http://a/?b=1&c=2 > out', ['curl', 'http://a/?b=1&c=2']],
    ['bash', 'curl "$TOKEN" ', ['curl', '$TOKEN']],
    [
      'cmd',
      'curl ^"https://a/^?b=1^&c=2^" ^\r\n  -H ^"x: ^\\^"y^\\^"^" ^\r\n --data-raw ^"a^%^20b^"',
      ['curl', 'https://a/?b=1&c=2', '-H', 'x: "y"', '--data-raw', 'a%20b'],
    ],
    ['cmd', 'curl "https://a/" ^\n -H "x: \\"y^z\\""', ['curl', 'https://a/', '-H', 'x: "yz"']],
    ['powershell', 'curl.exe \'a\'\'b\' `\n -H "x: `"y`""', ['curl.exe', "a'b", '-H', 'x: "y"']],
  ] as const)('%s: %s', (shell, text, words) => {
    expect(shellOf(text)).toBe(shell)
    expect(shellWords(text)).toEqual(words)
  })

  test('bash: quoted text stays unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`)
        expect(shellWords(quoted.join(' '), 'bash')).toEqual(words)
      })
    )
  })

  test.each(["curl 'a", 'curl "a', "curl $'a", 'curl ^"a'])('%s is not closed', (text) => {
    expect(() => shellWords(text)).toThrow('is not closed')
  })
})

const read = (text: string, entry?: number) => readRequestText(text, entry).request
const headersOf = (text: string) => Object.fromEntries(read(text).headers as [string, string][])

describe('curl', () => {
  test.each<[string, object]>([
    ['curl shop.test', { method: 'GET', url: 'http://shop.test', version: 'HTTP/1.1' }],
    ['curl https://shop.test/a#b', { url: 'https://shop.test/a', version: 'HTTP/2' }],
    ['$ curl -XPUT https://shop.test/', { method: 'PUT' }],
    ['curl -sSLkI --http1.1 https://shop.test/', { method: 'HEAD', version: 'HTTP/1.1' }],
    ["curl a.test -d x=1 --data 'y=2'", { method: 'POST', body: 'x=1&y=2' }],
    ['curl -G a.test/?z=0 -d x=1 -d y', { method: 'GET', url: 'http://a.test/?z=0&x=1&y' }],
    ['curl a.test --data-urlencode "q=a b&c"', { body: 'q=a+b%26c' }],
    ['curl a.test --data-raw @file', { body: '@file' }],
    ['curl a.test/b/../c/./d', { url: 'http://a.test/c/d' }],
    ['curl --path-as-is a.test/b/../c', { url: 'http://a.test/b/../c' }],
    ["curl a.test --url-query 'a=b c'", { url: 'http://a.test/?a=b+c' }],
    ['curl a.test -o /dev/null -w "%{http_code}" -m 5 -x p:1', { url: 'http://a.test' }],
    ['curl --request-target /x a.test/y', { url: 'http://a.test/x' }],
    ['curl -T f a.test', { method: 'PUT' }],
  ])('%s', (text, request) => {
    expect(read(text)).toMatchObject(request)
  })

  test.each<[string, Record<string, string | undefined>]>([
    ['curl a.test', { Host: 'a.test', 'User-Agent': 'curl/8.15.0', Accept: '*/*' }],
    ['curl a.test:8080', { Host: 'a.test:8080' }],
    [
      'curl a.test -A x -e y -b a=1 -b b=2',
      { 'User-Agent': 'x', Referer: 'y', Cookie: 'a=1; b=2' },
    ],
    [
      'curl a.test -H "user-agent: z" -H Accept: -H "X;"',
      { 'user-agent': 'z', X: '', Accept: undefined, 'User-Agent': undefined },
    ],
    ['curl a.test -A ""', { 'User-Agent': undefined }],
    ['curl a.test -u ann:pw', { Authorization: 'Basic YW5uOnB3' }],
    ['curl http://ann:pw@a.test', { Authorization: 'Basic YW5uOnB3', Host: 'a.test' }],
    ['curl a.test --oauth2-bearer t', { Authorization: 'Bearer t' }],
    ['curl a.test --compressed', { 'Accept-Encoding': 'deflate, gzip, br, zstd' }],
    ['curl https://a.test', { host: 'a.test', 'user-agent': 'curl/8.15.0' }],
    [
      'curl a.test -d é',
      { 'Content-Length': '2', 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
    ["curl a.test --json '{}'", { 'Content-Type': 'application/json', Accept: 'application/json' }],
    ['curl a.test -r 0-9', { Range: 'bytes=0-9' }],
  ])('headers: %s', (text, expected) => {
    expect(headersOf(text)).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined))
    )
    for (const [name, value] of Object.entries(expected)) {
      if (value === undefined) expect(headersOf(text)).not.toHaveProperty(name)
    }
  })

  test('a form has its parts', () => {
    const { body, headers } = read("curl a.test -F name=ann -F 'file=@x.png;type=image/png'")
    expect(body).toContain('name="name"\r\n\r\nann\r\n')
    expect(body).toContain('name="file"')
    const [boundary] = /boundary=.*/.exec(JSON.stringify(headers)) ?? []
    expect(body).toContain(boundary!.slice(9, 40))
  })

  test('notes the options without an effect', () => {
    const { notes } = readRequestText('curl a.test b.test -d @f -b jar -x p:1 --next c.test')
    expect(notes).toEqual([
      'the content of a file is not read, and the body is without it: f',
      'cookies of a file are not read: jar',
      'the proxy is not used, and the address of the visitor is not the proxy’s: p:1',
      'only the first of several requests is read',
      'only the first of 2 URLs is read',
    ])
  })

  test.each([
    ['curl', 'expected a URL, a curl'],
    ['curl -s', 'curl: expected a URL'],
    ['curl --hedder x a.test', 'curl: unknown option "--hedder": did you mean --header?'],
    ['curl -@ a.test', 'curl: unknown option "-@"'],
    ['curl a.test -H', 'curl: -H: expected a value after it'],
    ['curl a.test -H nocolon', 'curl: -H "nocolon": expected name: value'],
    ['curl ftp://a.test', 'curl: "ftp://a.test": expected an http: or https: URL'],
    ["curl 'a.test", "curl: the quote ' is not closed"],
  ])('%s is refused', (text, message) => {
    expect(() => readRequestText(text)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringContaining(message),
      })
    )
  })
})

test('curl sends the name of a host in ASCII', () => {
  expect(read("curl 'http://u@bücher.example/ä'")).toMatchObject({
    url: 'http://xn--bcher-kva.example/ä',
    headers: expect.arrayContaining([['Host', 'xn--bcher-kva.example']]),
  })
})

describe('HAR', () => {
  const har = JSON.stringify({
    log: {
      entries: [
        { request: { method: 'GET', url: 'https://a.test/', headers: [] } },
        {
          request: {
            method: 'POST',
            url: 'https://a.test/b#c',
            httpVersion: 'h2',
            headers: [
              { name: ':path', value: '/b' },
              { name: 'user-agent', value: 'x' },
            ],
            postData: { params: [{ name: 'a', value: '1 2' }] },
          },
        },
      ],
    },
  })
  test('the first entry, or another', () => {
    expect(readRequestText(har)).toMatchObject({ kind: 'HAR', notes: ['entry 1 of 2'] })
    expect(read(har, 2)).toEqual({
      method: 'POST',
      url: 'https://a.test/b',
      version: 'HTTP/2',
      headers: [['user-agent', 'x']],
      body: 'a=1+2',
    })
  })
  test.each([
    [har, 3, 'HAR: entry 3: the file has 2 entries'],
    ['{"log":{"entries":[{}]}}', 1, 'HAR: entry 1: expected a request with a url'],
    ['{"log":{"entries":[{"request":{"url":"https://a.test/","headers":[1]}}]}}', 1, 'headers[0]'],
    ['{"log":{}}', 1, 'expected a URL'],
    ['{', 1, 'expected a URL'],
  ])('%s entry %i is refused', (text, entry, message) => {
    expect(() => readRequestText(text, entry)).toThrow(message)
  })
})

describe('raw HTTP', () => {
  test('with its body', () => {
    const text = 'POST /a?b HTTP/1.1\r\nHost: a.test\r\nX: y\r\nX: z\r\n\r\none\r\n\r\ntwo\r\n'
    expect(read(text)).toEqual({
      method: 'POST',
      url: 'https://a.test/a?b',
      version: 'HTTP/1.1',
      headers: [
        ['Host', 'a.test'],
        ['X', 'y'],
        ['X', 'z'],
      ],
      body: 'one\r\n\r\ntwo',
    })
  })
  test.each([
    ['GET /a HTTP/1.1\nHost: a.test\nX: y\n', 'the end of its last line'],
    ['GET /a HTTP/1.1\r\nHost: a.test\r\nX: y\r\n', 'the same with CRLF'],
    ['GET /a http/1.1\nHost: a.test\nX: y', 'the version in small letters'],
  ])('without a body: %j', (text) => {
    expect(read(text)).toEqual({
      method: 'GET',
      url: 'https://a.test/a',
      version: 'HTTP/1.1',
      headers: [
        ['Host', 'a.test'],
        ['X', 'y'],
      ],
    })
  })
  test('with the pseudo headers of HTTP/2, as browsers show them', () => {
    const text = ':authority: a.test:444\n:method: POST\n:path: /b?c\n:scheme: https\nx: y\n\nbody'
    expect(readRequestText(text)).toEqual({
      kind: 'raw',
      request: {
        method: 'POST',
        url: 'https://a.test:444/b?c',
        version: 'HTTP/2',
        headers: [['x', 'y']],
        body: 'body',
      },
      notes: [],
    })
  })
  test('with an absolute target', () => {
    expect(readRequestText('GET http://a.test/b HTTP/1.0')).toMatchObject({
      request: { url: 'http://a.test/b' },
      notes: [],
    })
  })
  test.each([
    ['GET / HTTP/1.1\nX: y', 'expected a Host header'],
    [':method: GET\n:path: /', 'expected :method, :authority and :path'],
    ['GET / HTTP/1.1\nHost: a\nno colon', 'line 3: "no colon": expected name: value'],
  ])('%s is refused', (text, message) => {
    expect(() => readRequestText(text)).toThrow(message)
  })
})

test.each([
  ['https://a.test/b?c#d', 'https://a.test/b?c'],
  ['a.test/b', 'https://a.test/b'],
  ['localhost:8020/b', 'https://localhost:8020/b'],
  ['https://Bücher.example:444/ä', 'https://xn--bcher-kva.example:444/ä'],
  ['bücher.example/b', 'https://xn--bcher-kva.example/b'],
  ['https://[2001:db8::1]:8443/b', 'https://[2001:db8::1]:8443/b'],
])('the URL %s', (text, url) => {
  expect(readRequestText(text)).toMatchObject({ kind: 'URL', request: { url } })
})

test.each(['', 'hello', 'Invoke-WebRequest -Uri "https://a.test/"', 'fetch("https://a.test/")'])(
  '%j is not a request',
  (text) => {
    expect(() => readRequestText(text)).toThrow(
      expect.objectContaining({ code: 'invalid_request' })
    )
  }
)

test('any text either reads as a request or throws an EdgeError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `curl ${text}`),
        fc.string().map((text) => `GET / HTTP/1.1\n${text}`),
        fc.json().map((json) => `{"log":{"entries":[{"request":${json}}]}}`)
      ),
      (text) => {
        try {
          readRequestText(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' })
        }
      }
    ),
    { numRuns: 2_000 }
  )
})

test.each([
  ['', undefined, 'the request is empty'],
  [' \n', undefined, 'the request is empty'],
  ['https://shop.test/', 3, 'entry 3: only a HAR file has entries'],
  ['curl https://shop.test/', 1, 'entry 1: only a HAR file has entries'],
])('%j with entry %s is refused: %s', (text, entry, message) => {
  expect(() => readRequestText(text, entry)).toThrow(message)
})
