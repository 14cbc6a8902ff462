// `edge1020 lsp` as editors talk to it: over its standard streams, in a process of its own.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from 'vitest'
import { ROOT, run } from './cli.ts'
import type { Diagnostic, Edit, Range } from './language-client.ts'
import { LanguageClient, positionOf, textIn } from './language-client.ts'

/** Its documents are closed after each test. */
let one: LanguageClient

beforeAll(async () => {
  one = new LanguageClient()
  await one.start()
})
afterEach(() => one.closeAll())
afterAll(() => one.child.kill())

/** A service that a test may end. */
const created = (args?: readonly string[]) => {
  const client = new LanguageClient(args)
  onTestFinished(() => void client.child.kill())
  return client
}

const started = async () => {
  const client = created()
  await client.start()
  return client
}

const YAML = 'file:///work/rules.yaml'
const TF = 'file:///work/main.tf'

const RULES = `lists:
  office: [203.0.113.0/24, 198.51.100.7]
rules:
  - name: one
    action: block
    expression: http.host eq "shop.test" and ip.src in $office
  - name: two
    action: log
    when:
      country: [DE]
`

const TERRAFORM = `resource "cloudflare_ruleset" "waf" {
  rules {
    action     = "block"
    expression = <<-EOT
      http.host eq "日本😀"
      and ip.src.country in {"DE" "FR"}
    EOT
  }
}
`

const hoverAt = async (one: LanguageClient, uri: string, part: string) => {
  const { text } = one.documents.get(uri)!
  const answer = await one.request<{ contents: { value: string }; range: Range } | null>(
    'textDocument/hover',
    { textDocument: { uri }, position: positionOf(text, part) }
  )
  return answer === null
    ? undefined
    : { text: answer.contents.value, under: textIn(text, answer.range) }
}

const proposalsAt = async (one: LanguageClient, uri: string, part: string) => {
  const { text } = one.documents.get(uri)!
  return one.request<
    { label: string; detail?: string; documentation?: { value: string }; textEdit: Edit }[]
  >('textDocument/completion', {
    textDocument: { uri },
    position: positionOf(text, part, true),
  })
}

const labels = (items: readonly { label: string }[]) => items.map(({ label }) => label)

const formatted = async (one: LanguageClient, uri: string) => {
  const edits = await one.request<Edit[]>('textDocument/formatting', {
    textDocument: { uri },
    options: { tabSize: 2, insertSpaces: true },
  })
  return one.apply(uri, edits)
}

/** Replaces a part of the open document. */
const retype = (one: LanguageClient, uri: string, part: string, text: string) => {
  const { text: now } = one.documents.get(uri)!
  one.type(uri, { start: positionOf(now, part), end: positionOf(now, part, true) }, text)
}

const underlined = (one: LanguageClient, uri: string, found: readonly Diagnostic[]) =>
  found.map(({ code, range }) => [code, textIn(one.documents.get(uri)!.text, range)])

describe('an editor', () => {
  test('receives the capabilities of the service', async () => {
    const client = created()
    const { capabilities, serverInfo } = await client.start()
    expect(serverInfo.name).toBe('edge1020')
    expect(capabilities).toMatchObject({
      hoverProvider: true,
      documentFormattingProvider: true,
      completionProvider: {},
      codeActionProvider: {},
    })
    expect(await client.stop()).toBe(0)
    expect(client.errors).toBe('')
  })

  test('gets diagnostics after each change of a document', async () => {
    one.open(YAML, 'yaml', RULES)
    expect(await one.diagnostics(YAML)).toEqual([])
    retype(one, YAML, 'eq "shop.test"', 'not contains "a"')
    const found = await one.diagnostics(YAML)
    expect(underlined(one, YAML, found)).toEqual([['expected_operator', 'not contains "a"']])
    expect(found[0]?.message).toContain('write `not http.host contains "a"`')
    retype(one, YAML, 'country: [DE]', 'country: [UK]')
    const all = await one.diagnostics(YAML, (many) => many.length === 2)
    expect(underlined(one, YAML, all)).toEqual([
      ['expected_operator', 'not contains "a"'],
      ['unknown_country', 'UK'],
    ])
    retype(one, YAML, '[UK]', '[DE]')
    retype(one, YAML, 'not contains', 'contains')
    expect(await one.diagnostics(YAML)).toEqual([])
    one.notify('textDocument/didClose', { textDocument: { uri: YAML } })
  })

  test('gets the findings of lints, without duplicates', async () => {
    one.open(YAML, 'yaml', RULES.replace('shop.test', 'Shop.Test'))
    const [found, ...more] = await one.diagnostics(YAML, (many) => many.length > 0)
    expect(more).toEqual([])
    expect(found?.code).toBe('host_form')
    expect(textIn(one.documents.get(YAML)!.text, found!.range)).toContain('Shop.Test')
  })

  test('gets a fix for an unambiguous problem', async () => {
    one.open(YAML, 'yaml', RULES.replace('eq "shop.test"', `in ['a', 'b']`))
    const [found] = await one.diagnostics(YAML)
    const actions = await one.request<
      { title: string; edit: { changes: Record<string, Edit[]> } }[]
    >('textDocument/codeAction', {
      textDocument: { uri: YAML },
      range: found!.range,
      context: { diagnostics: [found] },
    })
    expect(actions.map(({ title }) => title)).toEqual(['write http.host in {"a" "b"}'])
    expect(one.apply(YAML, actions[0]!.edit.changes[YAML]!)).toBe(
      RULES.replace('eq "shop.test"', 'in {"a" "b"}')
    )
    const elsewhere = await one.request<unknown[]>('textDocument/codeAction', {
      textDocument: { uri: YAML },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
      context: { diagnostics: [] },
    })
    expect(elsewhere).toEqual([])
  })

  describe('hover texts', () => {
    beforeEach(() => one.open(YAML, 'yaml', RULES))

    test.each([
      ['http.host', 'http.host', '**Bytes**'],
      ['.host eq', 'http.host', 'Host of the request'],
      ['eq "shop', 'eq', 'equal'],
      ['$office', '$office', '2 entries'],
      ['shop.test', undefined, ''],
      ['action: log', 'action', 'blocks'],
      ['country', 'country', 'ISO 3166-1'],
    ])('describe %s', async (part, under, text) => {
      const found = await hoverAt(one, YAML, part)
      if (under === undefined) return expect(found).toBeUndefined()
      expect(found?.under).toBe(under)
      expect(found?.text).toContain(part === 'action: log' ? '`block`' : text)
    })
  })

  test('gets completions for each place in an expression', async () => {
    one.open(YAML, 'yaml', RULES)
    const place = 'and ip.src in $office'
    const typed = async (text: string) => {
      retype(
        one,
        YAML,
        one.documents.get(YAML)!.text.split('expression: ')[1]!.split('\n')[0]!,
        text
      )
      return proposalsAt(one, YAML, text)
    }
    expect(place).toContain('$office')
    const fields = await typed('http.host eq "a" and http.re')
    expect(labels(fields)).toEqual(
      expect.arrayContaining(['http.request.uri.path', 'starts_with', 'not', 'any'])
    )
    const path = fields.find(({ label }) => label === 'http.request.uri.path')!
    expect(path).toMatchObject({
      detail: 'Bytes',
      documentation: { value: expect.stringContaining('normalized') },
    })
    expect(textIn(one.documents.get(YAML)!.text, path.textEdit.range)).toBe('http.re')
    expect(labels(await typed('http.host '))).toEqual(
      expect.arrayContaining(['eq', 'contains', 'matches'])
    )
    expect(labels(await typed('ip.src.asnum '))).not.toContain('contains')
    expect(labels(await typed('ssl '))).toEqual(['and', 'or', 'xor'])
    expect(labels(await typed('ip.src in $'))).toContain('$office')
    expect(labels(await typed('ip.src in '))).toEqual(expect.arrayContaining(['{', '$office']))
    const countries = await typed('ip.src.country in {"FR" "')
    expect(countries).toContainEqual(expect.objectContaining({ label: 'DE', detail: 'Germany' }))
    expect(labels(await typed('http.host eq "h'))).toEqual([])
    expect(labels(await typed('http.request.headers["x-'))).toContain('x-forwarded-for')
  })

  test('gets completions for the keys and values of rule files in YAML', async () => {
    one.open(YAML, 'yaml', `${RULES}      \n`)
    const when = await proposalsAt(one, YAML, '      country: [DE]\n      ')
    expect(labels(when)).toEqual(expect.arrayContaining(['path', 'user_agent', 'ip', 'not']))
    expect(labels(when)).not.toContain('country')
    retype(one, YAML, '  - name: two\n    action: log', '  - name: two\n    action: ')
    expect(labels(await proposalsAt(one, YAML, 'name: two\n    action: '))).toEqual([
      ...['block', 'managed_challenge', 'js_challenge', 'challenge', 'log', 'skip'],
    ])
    retype(one, YAML, 'country: [DE]', 'country: [')
    expect(await proposalsAt(one, YAML, 'country: [')).toContainEqual(
      expect.objectContaining({ label: 'DE', detail: 'Germany' })
    )
    retype(one, YAML, 'rules:', '\nrules:')
    expect(labels(await proposalsAt(one, YAML, '198.51.100.7]\n'))).toEqual(
      expect.arrayContaining(['rate_limits', 'zones'])
    )
  })

  test('formats expressions only', async () => {
    const before = RULES.replace(
      'http.host eq "shop.test" and ip.src in $office',
      '(http.host=="shop.test")&&(ip.src   in $office)'
    )
    one.open(YAML, 'yaml', before)
    expect(await formatted(one, YAML)).toBe(RULES)
    retype(one, YAML, '&&', 'and and')
    expect(await formatted(one, YAML)).toBe(one.documents.get(YAML)!.text)
  })
})

describe.each([
  ['LF', (text: string) => text],
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ['TABs', (text: string) => text.replaceAll('      ', '\t\t\t')],
])('in a heredoc of a .tf file with %s', (_, written) => {
  test('every position is correct', async () => {
    one.open(TF, 'terraform', written(TERRAFORM))
    expect(await one.diagnostics(TF)).toEqual([])
    expect(await hoverAt(one, TF, 'ip.src.country')).toMatchObject({ under: 'ip.src.country' })
    expect(await hoverAt(one, TF, 'FR"}')).toMatchObject({ under: '"FR"', text: '`FR`: France' })
    retype(one, TF, '日本😀"', '日本😀" and tls')
    const found = await one.diagnostics(TF)
    expect(underlined(one, TF, found)).toEqual([['unknown_identifier', 'tls']])
    expect(found[0]?.message).toContain('did you mean `ssl`?')
    retype(one, TF, ' and tls', ' or ssl')
    const proposals = await proposalsAt(one, TF, '{"DE" "')
    expect(labels(proposals)).toContain('GB')
    expect(await formatted(one, TF)).toBe(
      written(TERRAFORM).replace(
        /eq "日本😀"(\s+)and ip.src.country in \{"DE" "FR"\}/,
        'eq "日本😀"$1or (ssl and ip.src.country in {"DE" "FR"})'
      )
    )
  })
})

test('a long expression of a heredoc is broken into indented lines', async () => {
  const conditions = ['a', 'b', 'c', 'd'].map((name) => `http.host eq "${name}.shop.example"`)
  const text = TERRAFORM.replace(/http\.host[\s\S]*"FR"\}\n/, `${conditions.join(' or ')}\n`)
  one.open(TF, 'terraform', text)
  const lines = (await formatted(one, TF)).split('\n').slice(4, 8)
  expect(lines).toEqual(conditions.map((one, i) => `      ${i === 0 ? '' : 'or '}${one}`))
})

test.each([
  [
    'json',
    'file:///a.json',
    '{"phase": "x", "rules": [{"expression": "http.host == \\"é\\" && tls"}]}',
  ],
  ['quoted HCL', 'file:///a.tf', 'a {\n  expression = "http.host == \\"é\\" && tls"\n}\n'],
])('in %s the escapes follow the document format', async (_, uri, text) => {
  one.open(uri, '', text)
  const found = await one.diagnostics(uri, (many) => many.length > 0)
  expect(underlined(one, uri, found)).toEqual([['unknown_identifier', 'tls']])
  retype(one, uri, 'tls', 'ssl')
  expect(await one.diagnostics(uri)).toEqual([])
  expect(await formatted(one, uri)).toBe(text.replace('== \\"é\\" && tls', 'eq \\"é\\" and ssl'))
})

test('expressions of a .tf file are linted one by one, without knowledge of lists', async () => {
  const text = TERRAFORM.replace('"日本😀"', '"Shop.Test" and ip.src in $office')
  one.open(TF, 'terraform', `${text}\n# expression = "ssl and and"\n`)
  const found = await one.diagnostics(TF, (many) => many.length > 0)
  expect(underlined(one, TF, found)).toEqual([['host_form', '"Shop.Test"']])
})

test('template interpolations are not checked', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
  one.open(TF, 'terraform', 'expression = "http.host in {${join(" ", var.hosts)}} and nothing"\n')
  expect(await one.diagnostics(TF)).toEqual([])
  expect(await hoverAt(one, TF, 'http.host')).toMatchObject({ under: 'http.host' })
})

test('findings keep their lines while the text above changes', async () => {
  one.open(YAML, 'yaml', RULES.replace('[DE]', '[UK]'))
  await one.diagnostics(YAML, (many) => many.length === 1)
  one.type(YAML, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, '# a\n# b\n')
  const moved = await one.diagnostics(YAML)
  expect(underlined(one, YAML, moved)).toEqual([['unknown_country', 'UK']])
})

test('documents of other kinds get no diagnostics', async () => {
  const uri = 'file:///compose.yaml'
  one.open(uri, 'yaml', 'services:\n  web:\n    image: nginx\n')
  expect(await one.diagnostics(uri)).toEqual([])
  // The whole check has had its turn when a later document has its own.
  one.open(YAML, 'yaml', RULES.replace('[DE]', '[UK]'))
  await one.diagnostics(YAML, (many) => many.length === 1)
  expect(
    one.published.filter((published) => published.uri === uri && published.diagnostics.length > 0)
  ).toEqual([])
})

describe('the process', () => {
  test('continues after an invalid message', async () => {
    const one = await started()
    expect((await one.message('no/such/method')).error?.code).toBe(-32601)
    one.raw('Content-Length: 7\r\n\r\n{"json"')
    one.send({ method: 'textDocument/hover', id: 'x' })
    one.notify('textDocument/didChange', {
      textDocument: { uri: 'file:///never/opened', version: 2 },
      contentChanges: [{ text: 'a' }],
    })
    one.open(YAML, 'yaml', RULES)
    expect(await one.diagnostics(YAML)).toEqual([])
    expect(await hoverAt(one, YAML, 'http.host')).toMatchObject({ under: 'http.host' })
  })

  test('ends with 0 after a shutdown, and with 1 without one', async () => {
    const one = await started()
    expect(await one.stop()).toBe(0)
    const other = await started()
    other.notify('exit', {})
    expect(await other.closed()).toBe(1)
  })

  test('ends after the editor exits', async () => {
    const one = await started()
    one.child.stdin.end()
    expect(await one.closed()).toBe(1)
  })

  test('is the one of --help and of the settings in docs/editor.md', async () => {
    const { out } = await run(['lsp', '--help'])
    expect(out).toContain('\n  edge1020 lsp\n')
    const page = readFileSync(join(ROOT, 'docs/editor.md'), 'utf8')
    const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text)
    expect(blocks).toHaveLength(2)
    for (const block of blocks)
      expect(JSON.stringify(JSON.parse(block))).toContain('"edge1020","lsp"')
    const client = created(['lsp'])
    await client.start()
    expect(await client.stop()).toBe(0)
  })
})
