import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { cli } from './io.fixture.ts'
import { runCli } from './run.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edge1020-init-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const WORKFLOW = '.github/workflows/edge1020.yml'

describe('edge1020 init --yes', () => {
  test('writes files that the other commands accept', async () => {
    const { code, out } = await cli('init', folder, '--yes')
    expect(code).toBe(0)
    for (const name of [
      'rules/site.yaml',
      'rules/site.test.yaml',
      'edge1020.config.mjs',
      WORKFLOW,
    ]) {
      expect(out).toMatch(new RegExp(`^wrote +${name.replaceAll('.', '\\.')} `, 'm'))
      expect(existsSync(join(folder, name))).toBe(true)
    }
    expect(out).toContain('  npx edge1020 test\n')
    expect(read('rules/site.yaml')).not.toMatch(/starter|\$schema/)
    const config = join(folder, 'edge1020.config.mjs')
    const tested = await cli('test', '--config', config)
    expect([tested.code, tested.out]).toEqual([0, expect.stringMatching(/^\d\d passed/m)])
    const linted = await cli('lint', '--config', config)
    expect([linted.code, linted.out]).toEqual([0, ''])
    const doctor = await cli('doctor', '--config', config)
    expect(doctor.out).toMatch(/config +\S*edge1020\.config\.mjs/)
    expect(doctor.out).toMatch(/rules .*site\.yaml/)
  })

  test('accepts an absolute path of rules in the folder, and rejects a path outside it', async () => {
    writeFileSync(
      join(folder, 'own.yaml'),
      'rules: [{ name: a, expression: ssl, action: block }]\n'
    )
    const inside = await cli('init', folder, '--yes', '--rules', join(folder, 'own.yaml'))
    expect(inside.code).toBe(0)
    expect(read('edge1020.config.mjs')).toContain("rules: 'own.yaml'")
    expect(existsSync(join(folder, 'own.test.yaml'))).toBe(true)
    mkdirSync(join(folder, 'shop'))
    const outside = await cli('init', join(folder, 'shop'), '--yes', '--rules', '../own.yaml')
    expect(outside.error).toMatchObject({
      code: 'wrong_usage',
      message: `--rules "../own.yaml": expected a path in the folder ${folder}/shop`,
    })
    expect(existsSync(join(folder, 'shop/edge1020.config.mjs'))).toBe(false)
  })

  test('keeps existing files without --force, including a configuration with any valid name', async () => {
    mkdirSync(join(folder, 'rules'))
    writeFileSync(join(folder, 'rules/site.yaml'), 'mine')
    writeFileSync(join(folder, 'edge1020.config.json'), 'mine')
    const { out } = await cli('init', folder, '--yes', '--json')
    expect(JSON.parse(out)).toEqual({
      written: ['rules/site.test.yaml', WORKFLOW],
      kept: ['rules/site.yaml', 'edge1020.config.json'],
      next: ['npx edge1020 test', 'npx edge1020 serve'],
    })
    expect(read('rules/site.yaml')).toBe('mine')
    await cli('init', folder, '--yes', '--force')
    expect(read('rules/site.yaml')).toContain('name: site')
    expect(JSON.parse(read('edge1020.config.json'))).toEqual({
      rules: 'rules/site.yaml',
      tests: 'rules/site.test.yaml',
    })
  })

  test('uses TypeScript and the package manager of the project', async () => {
    const dependencies = { typescript: '5', edge1020: '0.1.0' }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }))
    writeFileSync(join(folder, 'pnpm-lock.yaml'), '')
    mkdirSync(join(folder, 'node_modules/edge1020'), { recursive: true })
    await cli('init', folder, '--yes', '--upstream', "http://127.0.0.1:3000/a'b")
    expect(read('edge1020.config.ts')).toContain("  upstream: 'http://127.0.0.1:3000/a\\'b',\n")
    expect(read('rules/site.yaml')).toContain('../node_modules/edge1020/schema/rules.json')
    const { steps } = parse(read(WORKFLOW)).jobs.rules
    expect(steps.slice(2).map(({ run }: { run: string }) => run)).toEqual([
      'corepack enable',
      'pnpm install --frozen-lockfile',
      'npx edge1020 lint --format github',
      'npx edge1020 test --reporter github',
    ])
  })

  test('writes tests for existing rules and keeps the rules', async () => {
    const own = 'rules:\n  - { name: no curl, when: { user_agent: curl }, action: block }\n'
    writeFileSync(join(folder, 'waf.yaml'), own)
    const { out } = await cli('init', folder, '--yes', '--no-ci', '--rules', 'waf.yaml', '--json')
    expect(JSON.parse(out).written).toEqual(['waf.test.yaml', 'edge1020.config.mjs'])
    expect(read('waf.yaml')).toBe(own)
    const tested = await cli('test', '--config', join(folder, 'edge1020.config.mjs'))
    expect([tested.code, tested.out]).toEqual([0, expect.stringContaining('2 passed')])
  })

  test('a wrong address writes nothing', async () => {
    const { error } = await cli('init', folder, '--yes', '--upstream', 'localhost')
    expect(error?.message).toContain('--upstream "localhost": expected a URL')
    expect(existsSync(join(folder, 'rules'))).toBe(false)
  })
})

const atTerminal = async (typed: readonly string[], ...argv: string[]) => {
  const asked: string[] = []
  const io = {
    out: () => {},
    err: (text: string) => void asked.push(text),
    color: false,
    stdinIsTerminal: true,
    stdin: (async function* () {
      yield* typed
    })(),
  }
  return { code: await runCli(['init', folder, ...argv], io), asked }
}

describe('at a terminal', () => {
  test('asks three questions; an empty line selects the default', async () => {
    const { code, asked } = await atTerminal(['\n', '\n', 'wh', 'at\nno\n'])
    expect(code).toBe(0)
    expect(asked).toEqual([
      expect.stringMatching(/^Rules that you have/),
      'Address of your site on this machine: [http://127.0.0.1:3000] ',
      'Check the rules in GitHub Actions? (Y/n) ',
      'Please answer y or n: ',
    ])
    expect(read('edge1020.config.mjs')).toContain("upstream: 'http://127.0.0.1:3000'")
    expect(existsSync(join(folder, WORKFLOW))).toBe(false)
  })

  test('skips questions that the command line answers; --yes skips all', async () => {
    const { asked } = await atTerminal(['\n'], '--upstream', 'http://a.test', '--no-ci')
    expect(asked).toHaveLength(1)
    expect((await atTerminal([], '--yes')).asked).toEqual([])
  })

  test('the end of input selects the defaults', async () => {
    expect((await atTerminal([])).code).toBe(0)
    expect(existsSync(join(folder, WORKFLOW))).toBe(true)
  })
})
