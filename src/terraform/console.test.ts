// What Terraform's own console gave for each expression, and what this evaluator gives.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import recorded from './console.json' with { type: 'json' }
import { Budget, evaluate } from './evaluate.ts'
import { Disk } from './folder.ts'
import { functions } from './functions/table.ts'
import { EvaluationProblem } from './problem.ts'
import { parseBody } from './syntax/parse.ts'
import { SourceText, SyntaxProblem } from './syntax/text.ts'
import { toJson } from './values.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-console-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const [name, text] of Object.entries(recorded.files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
const disk = new Disk(folder)
disk.module(folder)

/** Terraform refuses these; older versions of it, or newer ones, take some of them. */
const TAKEN_HERE = new Map<string, unknown>([
  // A tuple and a list are one kind of value here, and so are an object and a map.
  ['true ? 1 : true', 1],
  ['true ? [1,true] : ["b", 3, {}]', [1, true]],
  ['true ? "a" : [1]', 'a'],
  ['tolist([1,true])', [1, true]],
  ['tomap({a=1,b=true})', { a: 1, b: true }],
  ['concat(["a"], toset(["b"]))', ['a', 'b']],
  ['element(toset(["b","a"]), 0)', 'a'],
  ['lookup(tomap({a=1}), "b", "d")', 'd'],
  ['coalesce("a", ["b"])', 'a'],
  ['contains(["a"], null)', false],
  ['contains([null], null)', true],
  ['parseint(12, 10)', 12],
  ['range(5, 0, 1)', []],
  ['substr("hello", 1.5, 2)', 'el'],
  // Terraform 0.11 had these functions, and read `.0.1` as two indexes.
  ['list("a","b")', ['a', 'b']],
  ['map("a","b")', { a: 'b' }],
  ['[[1,2],[3,4]].0.1', 2],
  ['true ? "x" : [1]', 'x'],
  ['try(1/0, "inf")', 'inf'],
  ['csvdecode("a\\n\\"x\\"y\\n")', [{ a: 'xy' }]],
  // Newer versions take it.
  ['element(["a","b","c"], -1)', 'c'],
  ['csvdecode("a\\nx\\"y\\n")', [{ a: 'x"y' }]],
  ['regex("(?P<x>a)(b)", "ab")', { x: 'a' }],
  [
    'yamldecode("- &a {x: 1}\\n- <<: *a\\n  y: 2\\n- <<: [*a, {z: 3}]\\n  x: 9\\n")',
    [{ x: 1 }, { x: 1, true: 2 }, { x: 9, z: 3 }],
  ],
  ['yamldecode("%YAML 1.2\\n---\\na: yes\\n")', { a: true }],
])

/** Values that differ, and the reason. */
const OTHER_HERE = new Map<string, unknown>([
  // Lists keep the types of their elements.
  ['tolist([1]) == [1]', true],
  ['tolist(["a"]) == ["a"]', true],
  ['tomap({a="x"}) == {a="x"}', true],
  ['concat(tolist([1]),tolist(["a"]))', [1, 'a']],
  // JavaScript forgets the groups of earlier rounds, and gives up empty ones.
  ['regex("(|a)+", "aa")', ['a']],
])

const givenBy = (expression: string): unknown => {
  const source = new SourceText('main.tf', `locals {\n  x = ${expression}\n}\n`)
  const { expression: parsed } = parseBody(source).blocks[0]!.body.attributes.get('x')!
  const here = new Map(['module', 'root', 'cwd'].map((name) => [name, '.']))
  const scope = {
    functions,
    files: disk.access,
    budget: new Budget(),
    variable: (name: string) => (name === 'path' ? here : undefined),
  }
  return toJson(evaluate(parsed, scope))
}

const cases = recorded.cases as { expression: string; value?: unknown; fails?: true }[]
const failing = cases.filter(({ expression, fails }) => fails && !TAKEN_HERE.has(expression))
const giving = cases.filter(({ fails }) => !fails)

test.each(giving)('$expression', ({ expression, value }) => {
  const expected = OTHER_HERE.has(expression) ? OTHER_HERE.get(expression) : value
  expect(givenBy(expression)).toEqual(expected)
})

test.each(failing)('$expression fails', ({ expression }) => {
  let problem: unknown
  try {
    problem = givenBy(expression)
  } catch (error) {
    problem = error
  }
  expect(problem instanceof EvaluationProblem || problem instanceof SyntaxProblem).toBe(true)
})

test.each([...TAKEN_HERE])('%s is taken', (expression, value) => {
  expect(cases.find((one) => one.expression === expression)?.fails).toBe(true)
  expect(givenBy(expression)).toEqual(value)
})

test('each difference is one', () => {
  for (const [expression, value] of OTHER_HERE) {
    const found = cases.find((one) => one.expression === expression)
    expect(found?.value).not.toEqual(value)
  }
})
