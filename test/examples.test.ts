// What is handed out beside the sources: the example programs, the examples of --help, the image's steps, the package's files.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { shellWords } from '../src/toolkit/requests/shell.ts'
import { BROWSER, ROOT, run, startServe } from './cli.ts'

const RAY = /[0-9a-f]{16}/
const folder = mkdtempSync(join(tmpdir(), 'edge1020-examples-'))
/** Inside the package, so that a program can import it by its name. */
const programs = join(ROOT, '.edge1020', `examples-${process.pid}`)

beforeAll(() => {
  for (const name of ['rules', 'schema', 'dist', 'node_modules', 'package.json']) {
    symlinkSync(join(ROOT, name), join(folder, name))
  }
})

afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(programs, { recursive: true, force: true })
})

const statusFor = async (url: string, agent: string) => {
  const response = await fetch(url, { headers: { 'user-agent': agent } })
  return { status: response.status, text: await response.text() }
}

describe('examples', () => {
  const SERVERS = [
    'express-app.mjs',
    'express-app.ts',
    'hono-app.mjs',
    'hono-app.ts',
    'node-http.mjs',
  ]
  /** `client-vitest.test.ts` runs in this suite as it is. */
  const TESTS = ['client-vitest.test.ts', 'client.test.mjs']

  /** `test/import.test.ts` loads the rules; Grafana loads its dashboard. */
  const CONFIGURATIONS = ['grafana', 'replay', 'ruleset.json', 'terraform']
  /** `test/testing-docs.test.ts` and `test/testing-api.test.ts` run them. */
  const FOLDERS = ['python', 'testing']

  test('are these', () => {
    expect(readdirSync(join(ROOT, 'examples')).sort()).toEqual(
      [...TESTS, ...SERVERS, ...CONFIGURATIONS, ...FOLDERS].sort()
    )
  })

  /** Node 20 reads no TypeScript: its types are taken out, and the rest runs as it stands. */
  const runnable = async (name: string): Promise<string> => {
    const file = join(ROOT, 'examples', name)
    if (!name.endsWith('.ts')) return file
    const built = await rolldown({ input: file, platform: 'node', external: /^[^./]/ })
    const out = join(programs, name.replace('.ts', '.mjs'))
    await built.write({ file: out, format: 'esm' })
    await built.close()
    return out
  }

  test.each(SERVERS)('%s blocks curl and tells a browser its Ray ID', async (name) => {
    const child = spawn(process.execPath, [await runnable(name)], {
      cwd: folder,
      env: { ...process.env, PORT: '0' },
    })
    onTestFinished(() => void child.kill())
    const url = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part
        const [found] = /http:\S+/.exec(text) ?? []
        if (found !== undefined) resolve(found)
      })
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${text}`)))
    })
    expect(await statusFor(url, 'curl/8.5.0')).toEqual({ status: 403, text: expect.anything() })
    const { status, text } = await statusFor(url, BROWSER)
    expect(status).toBe(200)
    expect(text).toMatch(RAY)
  })

  test('client.test.mjs passes', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--test', join(ROOT, 'examples/client.test.mjs')],
      { cwd: folder, encoding: 'utf8' }
    )
    expect(stdout).toContain('pass 2')
    expect(status).toBe(0)
  })
})

const examplesOf = async (command: string): Promise<string[]> => {
  const { out } = await run([command, '--help'])
  const [, examples = ''] = out.split(/^Examples?:\n/m)
  return examples
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('edge1020 '))
}

const words = (example: string): string[] => shellWords(example, 'bash').slice(1)

describe('--help', () => {
  test('the general help names every command, each with an example', async () => {
    const { out } = await run(['--help'])
    const names = [...out.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name!)
    expect(names).toEqual(expect.arrayContaining(['serve', 'events', 'rules']))
    for (const name of names) expect(await examplesOf(name), name).not.toEqual([])
  })

  test('the examples of serve start', async () => {
    for (const example of await examplesOf('serve')) {
      const flags = example
        .split(' ')
        .slice(2)
        .filter((flag) => flag !== '--json')
      const running = await startServe([...flags, '--port', '0', '--data', join(folder, 'data')], {
        cwd: folder,
      })
      expect(await running.stop(), example).toBe(0)
    }
  })

  test('the examples of events: a list, and an ID that no store here has', async () => {
    const running = await startServe(['--data', join(folder, 'data')], { cwd: folder })
    await fetch(running.url, { headers: { 'user-agent': 'curl/8' } })
    await running.stop()
    const examples = await examplesOf('events')
    const from = ['--data', join(folder, 'data')]
    const outs: string[] = []
    for (const example of examples.slice(0, -1)) {
      const { code, out, err } = await run([...example.split(' ').slice(1), ...from], {
        cwd: folder,
      })
      expect([example, code, code === 0 ? '' : err]).toEqual([example, 0, ''])
      outs.push(out)
    }
    expect(outs[0]).toMatch(RAY)
    const missing = await run([...examples.at(-1)!.split(' ').slice(1), ...from], { cwd: folder })
    expect(missing.code).toBe(1)
    expect(`${missing.out}${missing.err}`).toMatch(/not in|no event/)
  })

  test('the examples of explain tell of one that passes and of three that are refused', async () => {
    const edge = await startServe(['--store', 'memory'])
    onTestFinished(async () => void (await edge.stop()))
    const codes: (number | null)[] = []
    for (const example of await examplesOf('explain')) {
      const command = example.replace('http://127.0.0.1:8021', edge.admin)
      const { code, out, err } = await run(words(command), { cwd: folder })
      expect(out, `${example}: ${err}`).not.toBe('')
      codes.push(code)
    }
    expect(codes).toEqual([1, 0, 1, 1])
  })

  test('the examples of check tell who is blocked', async () => {
    for (const example of await examplesOf('check')) {
      const { code, out, err } = await run(words(example), { cwd: folder })
      expect([example, code, err]).toEqual([example, 1, ''])
      expect(out, example).toContain('blocked')
    }
  })

  test('the examples of init start a project', async () => {
    const project = mkdtempSync(join(tmpdir(), 'edge1020-init-'))
    onTestFinished(() => rmSync(project, { recursive: true }))
    for (const example of await examplesOf('init')) {
      const { code, out } = await run(example.split(' ').slice(1), { cwd: project })
      expect([example, code]).toEqual([example, 0])
      expect(out).toMatch(/^wrote {2}rules\/site\.yaml/m)
    }
    // The settings are found from the folder below.
    const { code, out } = await run(['test'], { cwd: join(project, 'rules') })
    expect([code, out]).toEqual([0, expect.stringContaining('45 passed')])
  })

  test('the examples of rules are fine', async () => {
    for (const example of await examplesOf('rules')) {
      const { code, out } = await run(example.split(' ').slice(1), { cwd: folder })
      expect(code, example).toBe(0)
      expect(out, example).not.toBe('')
    }
  })
})

describe('Dockerfile', () => {
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ').split('\n')
  const read = (instruction: string) =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1))
  const list = (text: string) => JSON.parse(text.slice(text.indexOf('['))) as string[]

  test('copies what is there', () => {
    const sources = read('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(' ').slice(0, -1))
    expect(sources).toContain('package-lock.json')
    for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true)
  })

  test('its command starts, and its health check tells a running edge from none', async () => {
    const [entry] = read('ENTRYPOINT')
    const command = list(read('CMD').at(-1)!).map((word) =>
      word === '/data' ? join(folder, 'image') : word
    )
    expect(list(entry!)).toEqual(['node', 'dist/cli/main.js'])
    const [serve, ...flags] = command
    expect(serve).toBe('serve')
    const running = await startServe(flags, { cwd: folder })
    onTestFinished(() => void running.stop())
    const [node, ...check] = list(read('HEALTHCHECK')[0]!)
    expect(node).toBe('node')
    const healthy = () =>
      spawnSync(
        process.execPath,
        check.map((word) => word.replace('http://127.0.0.1:8021', running.admin)),
        { encoding: 'utf8' }
      ).status
    expect(healthy()).toBe(0)
    await running.stop()
    expect(healthy()).toBe(1)
  })

  test('does not run as root', () => expect(read('USER').at(-1)).toBe('node'))
})

const LINK = /\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*?(?:src|href)="([^"]+)"/g

describe('the package', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const files = (JSON.parse(stdout)[0].files as { path: string }[]).map(({ path }) => path)

  test('holds what its entries name, rules and schema', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const named = [
      ...Object.values(exports).flatMap((entry) =>
        typeof entry === 'string' ? [entry] : Object.values(entry as Record<string, string>)
      ),
      ...(Object.values(bin) as string[]),
    ].map((path) => path.replace('./', ''))
    expect(files).toEqual(
      expect.arrayContaining([
        ...named,
        'rules/starter.yaml',
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
      ])
    )
  })

  test('holds neither sources nor tests', () => {
    // Tests of rules are for users.
    const inside = files.filter((path) => !/^(?:examples|rules)\//.test(path))
    expect(inside.filter((path) => /^(?:src|test|bench|scripts)\/|\.test\./.test(path))).toEqual([])
  })

  test('the command line can be run by its name', () => {
    const main = readFileSync(join(ROOT, 'dist/cli/main.js'), 'utf8')
    expect(main.startsWith('#!/usr/bin/env node\n')).toBe(true)
  })

  /** The modules that a file of `dist` loads from elsewhere, now and later. */
  const importsOf = (entry: string): string[] => {
    const seen = new Set<string>()
    const visit = (file: string): string[] => {
      if (seen.has(file)) return []
      seen.add(file)
      const text = readFileSync(join(ROOT, 'dist', file), 'utf8')
      const names = [
        ...text.matchAll(/^(?:import|export)\b[^\n]*?["']([^"'\n]+)["'];?$/gm),
        ...text.matchAll(/\bimport\(["']([^"']+)["']\)/g),
      ].map(([, name]) => name!)
      return names.flatMap((name) =>
        name.startsWith('.') ? visit(join(dirname(file), name)) : [name]
      )
    }
    const imported = visit(entry)
    expect(seen.size).toBeGreaterThan(1)
    return [...new Set(imported)]
  }

  test.each(['index.js', 'data.js'])('%s imports nothing of Node', (entry) => {
    expect(importsOf(entry).filter((name) => isBuiltin(name))).toEqual([])
  })

  test.each(['index.js', 'data.js', 'node.js', 'cli/main.js'])(
    '%s imports nothing but its dependencies: an app without Hono needs no Hono',
    (entry) => {
      const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
        JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
      // Who mounts nothing on Hono and tests no store needs neither.
      expect(peerDependenciesMeta).toEqual({
        hono: { optional: true },
        vitest: { optional: true },
      })
      expect(Object.keys(peerDependencies)).toEqual(Object.keys(peerDependenciesMeta))
      const packages = importsOf(entry)
        .filter((name) => !isBuiltin(name))
        .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0])
      const known = { ...dependencies, ...optionalDependencies }
      expect(packages.filter((name) => !(name in known))).toEqual([])
      for (const name of packages) {
        const { peerDependencies: peers } = JSON.parse(
          readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
        )
        expect(Object.keys(peers ?? {}), name).not.toContain('hono')
      }
    }
  )

  test('holds every file that its pages link to', () => {
    const pages = files.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'docs/api.md']))
    const missing = pages.flatMap((page) =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(LINK)]
        .map(([, markdown, html]) => (markdown ?? html)!.replace(/#.*$/, ''))
        .filter((link) => link !== '' && !/^(?:\w+:|\/\/)/.test(link))
        .map((link) => join(dirname(page), link).replace(/\/$/, ''))
        .filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)))
        .map((path) => `${page}: ${path}`)
    )
    expect(missing).toEqual([])
  })
})
