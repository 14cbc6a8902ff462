import { test } from 'vitest'
import { loadRules } from '/work/main/src/rules/load.ts'
test('perf', () => {
  const time = (label: string, f: () => unknown) => { const a = performance.now(); let r: unknown; try { r = f() } catch (e) { r = (e as Error).message.slice(0, 100) } console.log(label, (performance.now() - a).toFixed(0), 'ms', String(r).slice(0, 100)) }
  const one = (i: number) => `  - name: rule ${i}\n    when: { path: [/a${i}, /b${i}*], not: { ip: [10.0.0.0/8, 192.0.2.${i % 256}] } }\n    action: block\n`
  for (const n of [10, 100, 1000, 5000]) { const text = `rules:\n${Array.from({ length: n }, (_, i) => one(i)).join('')}`; time(`${n} rules ${text.length} chars`, () => loadRules([{ file: 'r', text }]).rules.length) }
  const bad = `rules:\n${Array.from({ length: 3000 }, (_, i) => `  - { name: r${i}, action: bad, expression: 'nosuch${i} and "', when: {country: UK} }\n`).join('')}`
  time(`bad ${bad.length}`, () => loadRules([{ file: 'r', text: bad }]))
  const line = `{"rules":[${Array.from({ length: 5000 }, (_, i) => `{"name":"r${i}","action":"bad","when":{"country":"UK"}}`).join(',')}]}`
  time(`one line json ${line.length}`, () => loadRules([{ file: 'r', text: line }]))
  time('huge scalar', () => loadRules([{ file: 'r', text: `rules: [{name: a, action: log, expression: "${'ssl and '.repeat(100000)}"}]` }]))
  time('many newlines', () => loadRules([{ file: 'r', text: '\n'.repeat(1000000) }]))
  time('colons', () => loadRules([{ file: 'r', text: 'a: '.repeat(300000) }]))
  time('quotes', () => loadRules([{ file: 'r', text: 'a: "' + '\n '.repeat(400000) }]))
  time('quotes2', () => loadRules([{ file: 'r', text: 'a: "' + ' \n'.repeat(400000) + '"' }]))
  time('blanks', () => loadRules([{ file: 'r', text: 'rules:' + ' '.repeat(1000000) + 'x' }]))
  time('comment blanks', () => loadRules([{ file: 'r', text: 'rules: [' + 'a'.repeat(10) + ' '.repeat(1000000) + ']' }]))
  time('commas', () => loadRules([{ file: 'r', text: 'rules: [' + ','.repeat(300000) + ']' }]))
  time('anchors', () => loadRules([{ file: 'r', text: 'rules: [' + '&a x,'.repeat(100000) + ']' }]))
  time('anchors aliases', () => loadRules([{ file: 'r', text: 'rules: [' + '&a x,*a,'.repeat(20000) + ']' }]))
  time('nested literal', () => loadRules([{ file: 'r', text: `rules:\n  - name: a\n    action: log\n    expression: |\n${'      ssl and\n'.repeat(300)}      nosuch\n` }]))
}, 120000)
