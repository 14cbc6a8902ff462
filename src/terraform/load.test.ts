import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { TerraformOptions } from './load.ts'
import { loadTerraform } from './load.ts'
import { isUnknown, toJson } from './values.ts'
import type { View } from './view.ts'

const roots: string[] = []
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true })
})

/** A file of values, as `--var-file` names it. */
const VALUES = join(mkdtempSync(join(tmpdir(), 'edge1020-tf-')), 'values.tfvars')
writeFileSync(VALUES, 'v = 7\n')
roots.push(dirname(VALUES))

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'edge1020-tf-'))
  roots.push(root)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

const jsonOf = (view: View, names: readonly string[]): unknown =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = view.value(name)
      if (value === undefined) return []
      return [[name, isUnknown(value) ? `unknown ${value.what}` : toJson(value)]]
    })
  )

const load = (files: Readonly<Record<string, string>>, options: Partial<TerraformOptions> = {}) =>
  loadTerraform(folderOf(files), { isWanted: (type) => type === 'rule', ...options })

/** Address and `x` of every resource. */
const found = (files: Readonly<Record<string, string>>, options: Partial<TerraformOptions> = {}) =>
  load(files, options).resources.map((resource) => [
    resource.address,
    (jsonOf(resource, ['x']) as { x?: unknown }).x,
  ])

const rule = (body: string, name = 'r') => `resource "rule" "${name}" {\n${body}\n}\n`

describe('instances', () => {
  test.each<[string, string, unknown[]]>([
    ['one', rule('x = 1'), [['rule.r', 1]]],
    [
      'count',
      rule('count = 2\nx = count.index'),
      [
        ['rule.r[0]', 0],
        ['rule.r[1]', 1],
      ],
    ],
    ['a count of none', rule('count = 0\nx = 1'), []],
    [
      'for_each over a map',
      rule('for_each = { b = 1, a = 2 }\nx = "${each.key}${each.value}"'),
      [
        ['rule.r["a"]', 'a2'],
        ['rule.r["b"]', 'b1'],
      ],
    ],
    [
      'for_each over a set',
      rule('for_each = toset(["b", "a"])\nx = each.value'),
      [
        ['rule.r["a"]', 'a'],
        ['rule.r["b"]', 'b'],
      ],
    ],
    [
      'references between resources',
      rule('x = rule.o["k"].y') + rule('for_each = { k = "v" }\ny = each.value', 'o'),
      [
        ['rule.r', 'v'],
        ['rule.o["k"]', undefined],
      ],
    ],
    [
      'a splat over count',
      rule('x = join(",", rule.o[*].y)') + rule('count = 2\ny = "o${count.index}"', 'o'),
      [
        ['rule.r', 'o0,o1'],
        ['rule.o[0]', undefined],
        ['rule.o[1]', undefined],
      ],
    ],
    [
      'locals in any order',
      `locals {\n a = local.b\n}\n${rule('x = local.a')}locals {\n b = 3\n}`,
      [['rule.r', 3]],
    ],
    [
      'a local that needs itself',
      `locals {\n a = local.b\n b = local.a\n}\n${rule('x = local.a')}`,
      [['rule.r', 'unknown local.a depends on itself']],
    ],
    [
      'a local that is null',
      `locals {\n n = null\n}\n${rule('x = local.n == null ? "none" : "some"')}`,
      [['rule.r', 'none']],
    ],
    ['a data source', rule('x = data.t.n.attribute'), [['rule.r', 'unknown data.t.n.attribute']]],
    [
      "another provider's attribute",
      `resource "other" "o" {\n known = 1\n}\n${rule('x = [other.o.known]')}${rule('x = other.o.arn', 's')}`,
      [
        ['rule.r', [1]],
        ['rule.s', 'unknown other.o.arn'],
      ],
    ],
    ['path.module', rule('x = path.module'), [['rule.r', '.']]],
    ['terraform.workspace', rule('x = terraform.workspace'), [['rule.r', 'default']]],
  ])('%s', (_, text, expected) => expect(found({ 'main.tf': text })).toEqual(expected))

  test('a count that is not known leaves the resource out, an unknown for_each loads it once', () => {
    const { resources, leftOut } = load({
      'main.tf':
        rule('count = data.a.b.c\nx = 1') + rule('for_each = data.a.b.d\nx = 1\ny = each.key', 's'),
    })
    expect(leftOut).toEqual([
      { source: 'main.tf:1', what: 'rule.r', reason: 'the count is not known: data.a.b.c' },
    ])
    expect(resources).toHaveLength(1)
    expect(resources[0]).toMatchObject({ address: 'rule.s', uncertain: { what: 'data.a.b.d' } })
    expect(jsonOf(resources[0]!, ['x', 'y'])).toEqual({ x: 1, y: 'unknown each.key of data.a.b.d' })
  })

  test('a wrong count names its resource, and the others load', () => {
    const { resources, leftOut } = load({ 'main.tf': rule('count = "many"') + rule('x = 1', 's') })
    expect(resources.map(({ address }) => address)).toEqual(['rule.s'])
    expect(leftOut).toMatchObject([{ source: 'main.tf:1', what: 'rule.r' }])
  })
})

describe('variables', () => {
  const main = (type: string, fallback = '') =>
    `variable "v" {\n${type}\n${fallback}\n}\n${rule('x = var.v')}`

  test.each<[string, Readonly<Record<string, string>>, Partial<TerraformOptions>, unknown]>([
    ['without a value', { 'main.tf': main('') }, {}, 'unknown var.v'],
    ['default', { 'main.tf': main('type = number', 'default = "3"') }, {}, 3],
    [
      'terraform.tfvars',
      { 'main.tf': main('type = list(string)'), 'terraform.tfvars': 'v = [1, "b"]' },
      {},
      ['1', 'b'],
    ],
    [
      '*.auto.tfvars over terraform.tfvars',
      {
        'main.tf': main(''),
        'terraform.tfvars': 'v = 1',
        'a.auto.tfvars': 'v = 2',
        'b.auto.tfvars.json': '{"v": 3}',
      },
      {},
      3,
    ],
    [
      'a file of values over terraform.tfvars',
      { 'main.tf': main(''), 'terraform.tfvars': 'v = 1' },
      { varFiles: [VALUES] },
      7,
    ],
    [
      'TF_VAR_ below tfvars',
      { 'main.tf': main(''), 'terraform.tfvars': 'v = 1' },
      { env: { TF_VAR_v: '5' } },
      1,
    ],
    [
      'TF_VAR_ alone, an expression',
      { 'main.tf': main('type = map(string)') },
      { env: { TF_VAR_v: '{ a = 1 }' } },
      { a: '1' },
    ],
    ['--var of a text, as it is', { 'main.tf': main('type = string') }, { vars: ['v=[x'] }, '[x'],
    [
      '--var over all others',
      { 'main.tf': main(''), 'terraform.tfvars': 'v = 1' },
      { vars: ['v=["a"]'] },
      ['a'],
    ],
    [
      'optional attributes',
      {
        'main.tf': main(
          'type = list(object({ a = string, b = optional(number, 7), c = optional(string) }))',
          'default = [{ a = 1 }]'
        ),
      },
      {},
      [{ a: '1', b: 7, c: null }],
    ],
    [
      'a required attribute',
      { 'main.tf': main('type = object({ a = string })', 'default = {}') },
      {},
      'unknown var.v: the attribute `a` is required',
    ],
    [
      'a value of the wrong type',
      { 'main.tf': main('type = number', 'default = "x"') },
      {},
      'unknown var.v: expected a number, found the text "x"',
    ],
    [
      'a set',
      { 'main.tf': main('type = set(string)', 'default = ["b", "a", "b"]') },
      {},
      ['a', 'b'],
    ],
    ["0.11's types", { 'main.tf': main('type = "list"', 'default = ["a"]') }, {}, ['a']],
    [
      'null where nullable is false',
      {
        'main.tf': `module "m" {\n source = "./m"\n v = null\n}`,
        'm/m.tf': main('nullable = false', 'default = 4'),
      },
      {},
      4,
    ],
  ])('%s', (_, files, options, expected) => {
    const [resource] = found(files, options)
    expect(resource![1]).toEqual(expected)
  })
})

test('the workspace is that of TF_WORKSPACE', () => {
  const files = { 'a.tf': rule('x = terraform.workspace') }
  expect(found(files, { env: { TF_WORKSPACE: 'staging' } })).toEqual([['rule.r', 'staging']])
  expect(found(files, { env: { TF_WORKSPACE: '' } })).toEqual([['rule.r', 'default']])
})

describe('modules', () => {
  const child = `variable "v" {\n default = "d"\n}\noutput "o" {\n value = "${'${var.v}'}!"\n}\n${rule('x = var.v')}`

  test('by relative path, with for_each, and what they give back', () => {
    expect(
      found({
        'main.tf': `module "m" {\n source = "./sub/m"\n for_each = { a = 1, b = 2 }\n v = each.value\n}\n${rule('x = module.m["b"].o')}`,
        'sub/m/m.tf': child,
      })
    ).toEqual([
      ['rule.r', '2!'],
      ['module.m["a"].rule.r', 1],
      ['module.m["b"].rule.r', 2],
    ])
  })

  test('a folder above', () => {
    const root = folderOf({
      'examples/x/main.tf': 'module "m" {\n source = "../.."\n}',
      'm.tf': child,
    })
    const { resources } = loadTerraform(join(root, 'examples/x'), { isWanted: () => true })
    expect(resources.map(({ address, place }) => [address, place])).toEqual([
      ['module.m.rule.r', '../../m.tf:7'],
    ])
  })

  test.each([
    ['of a registry', 'terraform-aws-modules/vpc/aws', 'is not in a folder beside this one'],
    ['that is not there', './nothing', 'there is no module in "nothing"'],
  ])('one %s is named', (_, source, reason) => {
    const { leftOut } = load({ 'main.tf': `\nmodule "m" {\n source = "${source}"\n}` })
    expect(leftOut).toEqual([
      { source: 'main.tf:2', what: 'module.m', reason: expect.stringContaining(reason) },
    ])
  })

  test('modules that call each other without end', () => {
    const { leftOut } = load({
      'main.tf': 'module "m" {\n source = "./a"\n}',
      'a/a.tf': 'module "m" {\n source = "../a"\n}',
    })
    expect(leftOut).toMatchObject([
      { reason: expect.stringContaining('modules call each other 20 levels deep') },
    ])
  })
})

describe('files', () => {
  test('below the folder are read, others never', () => {
    const root = folderOf({
      'in/main.tf': [
        rule('x = file("${path.module}/data/a.txt")', 'inside'),
        rule('x = file("../secret.txt")', 'above'),
        rule('x = file("/etc/passwd")', 'absolute'),
        rule('x = file("link.txt")', 'link'),
        rule('x = fileexists("../secret.txt")', 'exists'),
        rule('x = [for f in fileset(path.module, "data/*.txt") : f]', 'set'),
        rule('x = fileset("/etc", "*")', 'etc'),
      ].join(''),
      'in/data/a.txt': 'a',
      'in/data/b.txt': 'b',
      'secret.txt': 'secret',
    })
    symlinkSync(join(root, 'secret.txt'), join(root, 'in/link.txt'))
    const { resources } = loadTerraform(join(root, 'in'), { isWanted: () => true })
    const values = Object.fromEntries(
      resources.map((one) => [one.address, (jsonOf(one, ['x']) as { x: unknown }).x])
    )
    expect(values).toEqual({
      'rule.inside': 'a',
      'rule.above': 'unknown "../secret.txt" is outside the folder',
      'rule.absolute': 'unknown "/etc/passwd" is outside the folder',
      'rule.link': 'unknown "link.txt" is outside the folder',
      'rule.exists': expect.stringContaining('is outside the folder'),
      'rule.set': ['data/a.txt', 'data/b.txt'],
      'rule.etc': 'unknown "/etc" is outside the folder',
    })
  })

  test('that do not parse are named, and the others load', () => {
    const { resources, broken } = load({
      'a.tf': 'x = "',
      'b.tf': rule('x = 1'),
      'c.tf.json': '{',
      'd.txt': '?',
    })
    expect(resources).toHaveLength(1)
    expect(broken.map(({ source }) => source)).toEqual(['a.tf:1', 'c.tf.json:1'])
    expect(broken[0]!.reason).toBe('syntax: the quote is not closed')
  })

  test('blocks of JSON keep their order among dynamic ones', () => {
    const { resources } = load({
      'a.tf.json': JSON.stringify({
        resource: {
          rule: {
            r: {
              blocks: [{ x: 1 }, { x: 2 }],
              dynamic: { blocks: { for_each: [3], content: { x: '${blocks.value}' } } },
              single: { x: 0 },
            },
          },
        },
      }),
    })
    const [resource] = resources
    const seen = (name: string) => resource!.children(name).map((child) => jsonOf(child, ['x']))
    expect(seen('blocks')).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }])
    expect(seen('single')).toEqual([{ x: 0 }])
  })

  test('texts of JSON values are no templates', () => {
    const files = { 'a.tf': `variable "v" {}\n${rule('x = var.v')}` }
    expect(found({ ...files, 'terraform.tfvars.json': '{"v": "${a b}"}' })).toEqual([
      ['rule.r', '${a b}'],
    ])
  })

  test("OpenTofu's files win, override files change single attributes, hidden ones are not read", () => {
    expect(
      found({
        'a.tf': rule('x = "terraform"'),
        'a.tofu': rule('x = "tofu"\ny = 1'),
        'b_override.tf': rule('x = "over"'),
        '.hidden.tf': rule('x = 1', 'h'),
      })
    ).toEqual([['rule.r', 'over']])
  })
})

test('nested blocks keep their order among dynamic ones, each with its place', () => {
  const { resources } = load({
    'main.tf': rule(
      [
        'rules {\n n = "first"\n}',
        'dynamic "rules" {\n for_each = ["a", "b"]\n iterator = it\n content {\n n = "${it.key}${it.value}"\n }\n}',
        'rules {\n n = bad.thing\n}',
        'dynamic "rules" {\n for_each = data.x.y.z\n content {}\n}',
        'list = [{ n = 1 }, { n = nothing.here }]',
      ].join('\n')
    ),
  })
  const [one] = resources
  expect(
    one!
      .children('rules')
      .map((child) => [child.place, child.unknown?.what ?? jsonOf(child, ['n'])])
  ).toEqual([
    ['main.tf:2', { n: 'first' }],
    ['main.tf:5', { n: '0a' }],
    ['main.tf:5', { n: '1b' }],
    ['main.tf:12', { n: 'unknown unknown name `bad`' }],
    ['main.tf:15', 'data.x.y.z'],
  ])
  expect(
    one!.children('list').map((child) => [child.place, child.exactPlace, jsonOf(child, ['n'])])
  ).toEqual([
    ['main.tf:1', 'main.tf:19', { n: 1 }],
    ['main.tf:1', 'main.tf:19', { n: 'unknown unknown name `nothing`' }],
  ])
})
