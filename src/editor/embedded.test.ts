import { describe, expect, test } from 'vitest'
import type { Syntax } from './embedded.ts'
import { embeddedIn, offsetOf, syntaxOf, unitAt, written } from './embedded.ts'

const one = (text: string, syntax: Syntax) => {
  const found = embeddedIn(text, syntax)
  expect(found).toHaveLength(1)
  return found[0]!
}

/** Documents that write `http.host eq "é"` in all ways, and how. */
const DOCUMENTS: readonly (readonly [writing: string, syntax: Syntax, text: string])[] = [
  ['plain', 'yaml', 'rules:\n  - expression: http.host eq "é"\n    action: block\n'],
  ['plain', 'yaml', 'expression: http.host eq "é" # why\n'],
  ['plain', 'yaml', 'expression:\n  http.host eq "é"\n'],
  ['plain', 'yaml', 'rules:\r\n- expression: http.host eq "é"\r\n  action: log\r\n'],
  ['plain', 'yaml', 'counting_expression: http.host eq "é"'],
  ['single', 'yaml', 'expression: \'http.host eq "é"\'\n'],
  ['single', 'yaml', 'rules: [{ name: a, expression: \'http.host eq "é"\' }]\n'],
  ['double', 'yaml', 'expression: "http.host eq \\"é\\""\n'],
  ['double', 'yaml', 'expression: "http.host eq \\"\\xe9\\""\n'],
  ['block', 'yaml', 'expression: |\n  http.host eq "é"\nname: a\n'],
  ['block', 'yaml', 'rules:\n  - expression: >-\n      http.host eq "é"\n\n  - name: b\n'],
  ['block', 'yaml', 'expression: |- # why\r\n  http.host eq "é"\r\n'],
  ['json', 'json', '{"expression": "http.host eq \\"é\\"", "action": "block"}'],
  ['json', 'json', '{"filter": {\n  "expression" : "http.host eq \\"\\u00e9\\""}}'],
  ['quoted', 'hcl', 'rule {\n  expression = "http.host eq \\"é\\""\n}\n'],
  ['quoted', 'hcl', 'rules = [{ action = "block", expression = "http.host eq \\"\\u00E9\\"" }]\n'],
  ['quoted', 'hcl', '{ "expression" : "http.host eq \\"é\\"" }\n'],
  ['heredoc', 'hcl', 'expression = <<EOT\nhttp.host eq "é"\nEOT\n'],
  ['heredoc', 'hcl', 'expression  = <<-RULE\n    http.host eq "é"\n  RULE\n'],
  ['heredoc', 'hcl', '  expression = <<-EOT\r\n\thttp.host eq "é"\r\n\tEOT\r\n'],
]

describe('an expression', () => {
  test.each(DOCUMENTS)('as %s text in %s: %j', (writing, syntax, text) => {
    const found = one(text, syntax)
    expect(found).toMatchObject({ writing, isTemplate: false })
    expect(found.source.trim()).toBe('http.host eq "é"')
    expect(found.offsets).toHaveLength(found.source.length + 1)
    const at = found.source.indexOf('host')
    expect(text.slice(offsetOf(found, at), offsetOf(found, at + 4))).toBe('host')
    expect(unitAt(found, text.indexOf('host') + 2)).toBe(at + 2)
    expect(unitAt(found, 0)).toBeUndefined()
    expect(unitAt(found, text.length + 1)).toBeUndefined()
  })

  test.each(DOCUMENTS)(
    'as %s text in %s takes what is written in its place: %j',
    (_, syntax, text) => {
      const found = one(text, syntax)
      const start = found.source.indexOf('http')
      const end = found.source.trimEnd().length
      const wanted = `http.host in {"é" "it's" "a\\\\b"}`
      const changed =
        text.slice(0, offsetOf(found, start)) +
        written(found, wanted, '\n') +
        text.slice(offsetOf(found, end))
      expect(one(changed, syntax).source.trim()).toBe(wanted)
    }
  )

  test.each<[Syntax, string, string]>([
    ['yaml', 'expression: |\n  a\n    b\n\n  c\nname: x\n', 'a\n  b\n\nc'],
    ['yaml', 'expression: >\n  a\n  b\n', 'a b'],
    ['yaml', 'expression: a\n  b # c\n', 'a b'],
    ['yaml', '- expression: a\n  name: b\n', 'a'],
    ['yaml', 'expression: "a\n  b"\n', 'a b'],
    ['yaml', "expression: 'it''s'", "it's"],
    ['yaml', 'expression: "a', 'a'],
    ['yaml', 'expression:', ''],
    ['yaml', 'expression: \n', ''],
    ['hcl', 'expression = <<-EOT\n    a\n      b\n    EOT\n', 'a\n  b'],
    ['hcl', 'expression = <<EOT\na\n', 'a'],
    ['yaml', 'expression: a \nname: b\n', 'a '],
    ['yaml', 'expression: |\n  a\n  \nname: b\n', 'a\n'],
    ['hcl', 'expression = "a\nb', 'a'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
    ['hcl', 'expression = "a $${b} %%{c}"', 'a ${b} %{c}'],
    ['json', '{"expression": "a\nb', 'a'],
    ['json', '{"expression": "a\\\\b\\/c\\n"}', 'a\\b/c\n'],
  ])('in %s %j is %j', (syntax, text, source) => {
    expect(one(text, syntax).source).toBe(source)
  })

  test.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
    'expression = "http.host in {${join(" ", var.hosts)}} and ssl"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
    'expression = <<EOT\nhttp.host eq "${var.host}"\n%{ if a }ssl%{ endif }\nEOT\n',
  ])('that Terraform fills in is a template: %s', (text) => {
    const found = one(text, 'hcl')
    expect(found.isTemplate).toBe(true)
    expect(unitAt(found, text.indexOf('http') + 1)).toBe(1)
  })

  test.each<[Syntax, string]>([
    ['yaml', '# expression: ssl\n'],
    ['yaml', 'my_expression: ssl\n'],
    ['yaml', 'expression: *anchor\n'],
    ['hcl', '# expression = "ssl"\n'],
    ['hcl', '  // expression = "ssl"\n'],
    ['hcl', 'my_expression = "ssl"\n'],
    ['hcl', 'expression = local.rule\n'],
    ['json', '{"my_expression": "ssl"}'],
  ])('is not found in %s %j', (syntax, text) => {
    expect(embeddedIn(text, syntax)).toEqual([])
  })

  test('is one of several in a line, and holds what looks like another', () => {
    const text =
      'rules = [{ expression = "a" }, { expression = "b" }]\nexpression = <<A\nexpression = "c"\nA\n'
    expect(embeddedIn(text, 'hcl').map(({ source }) => source)).toEqual([
      'a',
      'b',
      'expression = "c"',
    ])
    // Thousands of heredocs that are not closed are one.
    expect(embeddedIn('expression = <<EOT\n'.repeat(5_000), 'hcl')).toHaveLength(1)
  })

  test('is found among others, however broken one of them is', () => {
    const text = 'a:\n  - expression: "b\n  c: d\n'
    expect(embeddedIn(`${text}`, 'yaml')).toHaveLength(1)
    const lines = Array.from({ length: 300 }, (_, i) => `- expression: http.host eq "${i}"\n`)
    const found = embeddedIn(lines.join(''), 'yaml')
    expect(found.map(({ source }) => source)).toEqual(
      lines.map((line) => line.trim().replace('- expression: ', ''))
    )
  })
})

test.each<[string, string, Syntax]>([
  ['file:///a/rules.yaml', 'yaml', 'yaml'],
  ['file:///a/rules.yml', '', 'yaml'],
  ['file:///a/main.tf', 'terraform', 'hcl'],
  ['file:///a/main.tofu', '', 'hcl'],
  ['file:///a/main.tf.json', 'terraform', 'json'],
  ['untitled:1', 'terraform', 'hcl'],
  ['untitled:1', 'json', 'json'],
  ['untitled:1', 'plaintext', 'yaml'],
])('%s of language %j is %s', (uri, languageId, syntax) => {
  expect(syntaxOf(uri, languageId)).toBe(syntax)
})
