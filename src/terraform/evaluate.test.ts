import { describe, expect, test } from 'vitest'
import { evaluated, scopeOf } from './evaluate.fixture.ts'
import { Budget, evaluate } from './evaluate.ts'
import { parseExpression } from './syntax/parse.ts'
import { SourceText } from './syntax/text.ts'
import { Unknown } from './values.ts'

const shop = { name: 'shop', tags: ['a', 'b'], sizes: { s: 1, m: 2 }, gone: null }
const names = {
  var: shop,
  users: [
    { n: 'x', on: true },
    { n: 'y', on: false },
  ],
}

describe('expressions', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 % 4 - 7 / 2', -1.5],
    ['-3 < -2 && !(2 >= 3)', true],
    ['"5" + 1', 6],
    ['"a" == "a" && 1 != 2', true],
    ['"1" == 1', false],
    ['[1, "x"] == [1, "x"]', true],
    ['true ? "y" : "n"', 'y'],
    ['false ? "y" : 80', '80'],
    ['true || false && false', true],
    ['var.name', 'shop'],
    ['var["name"]', 'shop'],
    ['var.tags[1]', 'b'],
    ['var.tags.0', 'a'],
    ['var.sizes["m"]', 2],
    ['users[*].n', ['x', 'y']],
    ['users.*.n', ['x', 'y']],
    ['users.*.n[0]', 'x'],
    ['users[*].n[0]', 'fails: the text "x" has no element the number 0'],
    ['var.gone[*]', []],
    ['var.name[*]', ['shop']],
    ['[for u in users : upper(u.n) if u.on]', ['X']],
    ['[for i, u in users : "${i}${u.n}"]', ['0x', '1y']],
    ['[for k, v in { b = 1, a = 2 } : "${k}${v}"]', ['a2', 'b1']],
    ['{ for u in users : u.n => u.on }', { x: true, y: false }],
    ['{ for u in users : "all" => u.n... }', { all: ['x', 'y'] }],
    ['{ for u in users : "same" => u.n }', 'fails: duplicate key "same"'],
    ['{ "a b" = 1, c : 2, (var.name) = 3 }', { 'a b': 1, c: 2, shop: 3 }],
    ['{\n  a = 1\n  b = 2,\n}', { a: 1, b: 2 }],
    ['[\n1,\n2,\n]', [1, 2]],
    ['max([3, 9, 2]...)', 9],
    ['var.nothing', 'fails: there is no "nothing" in the object'],
    ['users[7]', 'fails: there is no element 7 in a list of 2'],
    ['nobody', 'fails: unknown name `nobody`'],
    ['nothing(1)', 'fails: unknown function `nothing`'],
    ['1 / 0', 'fails: division by zero'],
    ['var.gone == null ? "none" : "some"', 'none'],
  ])('%s', (text, expected) => {
    if (typeof expected === 'string' && expected.startsWith('fails: ')) {
      expect(() => evaluated(text, names)).toThrow(expected.slice('fails: '.length))
    } else {
      expect(evaluated(text, names)).toEqual(expected)
    }
  })
})

describe('templates', () => {
  test.each<[string, unknown]>([
    ['"a${1}b${true}"', 'a1btrue'],
    ['"${[1]}"', [1]],
    ['"$${x} %%{x} $ % {"', '${x} %{x} $ % {'],
    ['"\\n\\t\\"\\\\\\u00e9\\U0001F600"', '\n\t"\\é😀'],
    ['"%{ if true }y%{ else }n%{ endif }"', 'y'],
    ['"%{ if false }y%{ endif }"', ''],
    ['"%{ for u in users }${u.n},%{ endfor }"', 'x,y,'],
    ['"a ${~ "b" ~} c"', 'abc'],
    ['"${ "in ${ "in" }" }"', 'in in'],
    ['<<EOT\n  a\nb\nEOT\n', '  a\nb\n'],
    ['<<-EOT\n    a\n      b\n\n    c\n    EOT\n', 'a\n  b\n\nc\n'],
    ['<<-EOT\n    a ${1}\n  ${2} b\n  EOT\n', '  a 1\n2 b\n'],
    ['<<EOT\n"quotes" \\n $${x}\nEOT\n', '"quotes" \\n ${x}\n'],
    ['<<EOT\n%{ for u in users ~}\n- ${u.n}\n%{ endfor ~}\nEOT\n', '- x\n- y\n'],
    ['"x${null}"', 'fails: in a template: expected text, found null'],
    ['"x${[1]}"', 'fails: in a template: expected text, found a list'],
  ])('%j', (text, expected) => {
    if (typeof expected === 'string' && expected.startsWith('fails: ')) {
      expect(() => evaluated(text, names)).toThrow(expected.slice('fails: '.length))
    } else {
      expect(evaluated(text, names)).toEqual(expected)
    }
  })
})

describe('what is not known', () => {
  const run = (text: string) =>
    evaluate(
      parseExpression(new SourceText('test.tf', text)),
      scopeOf({ later: new Unknown('data.x.y'), known: 'k' })
    )

  test.each([
    'later',
    'later.z[0]',
    '"a${later}"',
    'later + 1',
    'later == 1',
    '[later] == [1]',
    'later ? 1 : 2',
    'upper(later)',
    'join(",", [later])',
    '[for x in later : x]',
    '!later',
    'later[*].id',
    'try(later, 1)',
    'later && true',
  ])('%s depends on it', (text) => {
    expect(run(text)).toEqual(expect.objectContaining({ what: 'data.x.y' }))
  })

  test.each<[string, unknown]>([
    ['false && later', false],
    ['later || true', true],
    ['true ? known : later', 'k'],
    ['length([later, 1])', 2],
    ['concat([known], [later])[0]', 'k'],
    ['merge({ a = later }, { a = known }).a', 'k'],
    ['coalesce(known, later)', 'k'],
  ])('%s does not', (text, expected) => expect(run(text)).toEqual(expected))
})

test('the work is bounded', () => {
  const scope = scopeOf({}, {}, new Budget(1_000, 1_000_000))
  const loops = parseExpression(
    new SourceText('t.tf', '[for a in range(100) : [for b in range(100) : b]]')
  )
  expect(() => evaluate(loops, scope)).toThrow('more than 1000 steps of evaluation')
  const small = scopeOf({}, {}, new Budget(1_000_000, 1_000))
  const text = parseExpression(
    new SourceText('t.tf', '"${format("%900s", "")}${format("%900s", "")}"')
  )
  expect(() => evaluate(text, small)).toThrow('more than 1000 characters of generated text')
})
