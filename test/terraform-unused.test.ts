// A folder without Terraform files needs no parser of HCL: none of its functions runs, and no WebAssembly is loaded.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from './cli.ts'

interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly {
      readonly functionName: string
      readonly ranges: readonly { readonly count: number }[]
    }[]
  }[]
}

const root = mkdtempSync(join(tmpdir(), 'edge1020-unused-'))
afterAll(() => rmSync(root, { recursive: true }))

const RULE = { description: 'a', expression: 'http.host eq "a"', action: 'block' }
const PHASE = 'http_request_firewall_custom'

const put = (folder: string, files: Record<string, string>): string => {
  const path = join(root, folder)
  mkdirSync(path)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

/** Loads the rules of a folder in a process of its own: the functions that ran, and the modules. */
const loaded = (folder: string) => {
  const coverage = mkdtempSync(join(root, 'coverage-'))
  const program = `
    const { createEdge } = await import(${JSON.stringify(join(ROOT, 'dist/node.js'))})
    const edge = createEdge({ rules: ${JSON.stringify(folder)}, store: 'memory', onWarning: () => {} })
    console.log(edge.ruleset.rules.length)
    await edge.close()`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', env: { ...process.env, NODE_V8_COVERAGE: coverage } }
  )
  expect(stderr).toBe('')
  const [file = ''] = readdirSync(coverage)
  const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as Coverage
  // The chunk of the parser, by a function that nothing else has.
  const parser = result.find(({ functions }) =>
    functions.some(({ functionName }) => functionName === 'bareTemplate')
  )
  return {
    rules: Number(stdout),
    urls: result.map(({ url }) => url),
    ran: (name: string) =>
      parser?.functions.some(
        ({ functionName, ranges }) => functionName === name && ranges[0]!.count > 0
      ),
  }
}

test('rules in YAML and JSON are loaded without the parser of HCL', () => {
  const folder = put('documents', {
    'a.yaml': `rules:\n  - { name: b, when: { path: /b }, action: block }\n`,
    'c.json': JSON.stringify({ phase: PHASE, rules: [RULE] }),
  })
  const { rules, urls, ran } = loaded(folder)
  expect(rules).toBe(2)
  expect(ran('parseBody')).toBe(false)
  expect(urls.filter((url) => /wasm|hcl2json/.test(url))).toEqual([])
})

test('rules in a Terraform folder are loaded with it', () => {
  const folder = put('terraform', {
    'main.tf': `resource "cloudflare_ruleset" "a" {\n  phase = "${PHASE}"\n  rules {\n    expression = "true"\n    action = "block"\n  }\n}\n`,
  })
  const { rules, ran } = loaded(folder)
  expect(rules).toBe(1)
  expect(ran('parseBody')).toBe(true)
})
