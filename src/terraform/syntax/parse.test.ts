import { describe, expect, test } from 'vitest'
import { parseJsonBody } from './json.ts'
import { parseBody } from './parse.ts'
import { placeOf, SourceText, SyntaxProblem } from './text.ts'

const parse = (text: string) => parseBody(new SourceText('main.tf', text))

describe('bodies', () => {
  test('attributes and blocks, with their lines, in their order', () => {
    const { attributes, blocks } = parse(
      [
        '\ufeff# comment',
        'a = 1 // another',
        'b /* inside */ = "x"',
        'one "label" plain {',
        '  inner {}',
        '  c = [',
        '    1,',
        '  ]',
        '}',
        'two { d = 2 }',
        'one "again" {',
        '}',
      ].join('\r\n')
    )
    expect([...attributes.keys()]).toEqual(['a', 'b'])
    expect(blocks.map(({ type, labels, at }) => [type, labels, placeOf(at)])).toEqual([
      ['one', ['label', 'plain'], 'main.tf:4'],
      ['two', [], 'main.tf:10'],
      ['one', ['again'], 'main.tf:11'],
    ])
    expect([...blocks[0]!.body.attributes.keys()]).toEqual(['c'])
    expect(blocks[0]!.body.blocks.map(({ type }) => type)).toEqual(['inner'])
  })

  test('names may hold dashes and letters of any script', () => {
    expect([...parse('my-name = 1\nübung = 2').attributes.keys()]).toEqual(['my-name', 'übung'])
  })

  test.each<[string, string, string]>([
    ['a = "x', 'main.tf:1', 'the quote is not closed'],
    ['\na = "x\n"', 'main.tf:2', 'the quote is not closed'],
    ['a = <<EOT\nx\n', 'main.tf:1', 'the heredoc is not closed: expected a line with `EOT`'],
    [
      'a = [1, 2',
      'main.tf:1',
      'expected `]` or `,` after an item of the list, found the end of the file',
    ],
    ['a = 1 b = 2', 'main.tf:1', 'expected a new line after the value of `a`, found `b = 2`'],
    ['a = 1\na = 2', 'main.tf:2', '`a` is set twice'],
    ['block {\n', 'main.tf:2', 'the block is not closed: expected `}`'],
    ['}', 'main.tf:1', 'expected an attribute or a block, found `}`'],
    ['a = /* never ends', 'main.tf:1', 'the comment is not closed'],
    ['a = "\\q"', 'main.tf:1', 'unknown escape `\\q`'],
    ['a = "${1"', 'main.tf:1', "expected `}` at the end of the template's expression"],
    ['a = "%{ if true }x"', 'main.tf:1', 'the directive is not closed: expected `%{ endif }`'],
    ['a = "%{ endfor }"', 'main.tf:1', '`%{ endfor }` closes nothing'],
    ['a = { b }', 'main.tf:1', 'expected `=` or `:` after a key of the object'],
    ['a = 1 +', 'main.tf:1', 'expected an expression, found the end of the file'],
    ['a = b ? 1', 'main.tf:1', 'expected `:` in the conditional'],
    [`a = ${'['.repeat(300)}`, 'main.tf:1', 'more than 250 levels of nesting'],
    [`${'b {\n'.repeat(300)}`, 'main.tf:251', 'more than 250 levels of nesting'],
  ])('%j is refused with its place', (text, place, message) => {
    let problem: unknown
    try {
      parse(text)
    } catch (error) {
      problem = error
    }
    expect(problem).toBeInstanceOf(SyntaxProblem)
    const { at, message: said } = problem as SyntaxProblem
    expect(said).toContain(message)
    expect(placeOf(at)).toBe(place)
  })
})

test('the JSON syntax gives the same tree: labels, dynamic blocks, templates, types of variables', () => {
  const { blocks } = parseJsonBody(
    new SourceText(
      'main.tf.json',
      JSON.stringify({
        '//': 'a comment',
        variable: { v: { type: 'list(string)', default: [] } },
        resource: {
          t: {
            n: [
              { a: 'x${var.v}', dynamic: { rules: { for_each: '${var.v}', content: { b: 1 } } } },
            ],
          },
        },
        unheard_of: {},
      })
    )
  )
  const [variable, resource] = blocks
  expect(variable).toMatchObject({ type: 'variable', labels: ['v'] })
  expect(variable!.body.attributes.get('type')!.expression).toMatchObject({
    kind: 'call',
    name: 'list',
  })
  expect(resource).toMatchObject({ type: 'resource', labels: ['t', 'n'] })
  expect(resource!.body.attributes.get('a')!.expression.kind).toBe('template')
  expect(resource!.body.blocks).toMatchObject([
    { type: 'dynamic', labels: ['rules'], body: { blocks: [{ type: 'content' }] } },
  ])
  expect(() => parseJsonBody(new SourceText('x.tf.json', '{"a": '))).toThrow(SyntaxProblem)
  expect(() => parseJsonBody(new SourceText('x.tf.json', '{"resource": 1}'))).toThrow(
    'expected an object'
  )
})

test('nested directives are bounded', () => {
  const text = `a = "${'%{ if true }'.repeat(5_000)}"`
  expect(() => parseBody(new SourceText('a.tf', text))).toThrow('more than 100 nested directives')
})
