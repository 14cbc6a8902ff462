import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsdown'

const OUT_DIR = 'dist'
const OPTIONAL = /^(?:import .* from "hono";|declare module '(?:hono|expect)' \{)$/gm

/** Hono is an optional peer, and jest's `expect` is there where jest is: without them the compiler of a program that checks its libraries would find no such module. */
const markOptionalTypes = (): void => {
  for (const name of readdirSync(OUT_DIR)) {
    if (!name.endsWith('.d.ts')) continue
    const path = join(OUT_DIR, name)
    const text = readFileSync(path, 'utf8')
    const marked = text.replace(OPTIONAL, '// @ts-ignore: an optional peer\n$&')
    if (marked !== text) writeFileSync(path, marked)
  }
}

// tsdown bundles what this file imports; the compiler finds its binary beside itself.
const compiler = new URL('node_modules/typescript-native/lib/getExePath.js', import.meta.url)
const { default: compilerPath } = await import(compiler.href)

const common = {
  format: 'esm',
  target: 'es2023',
  outDir: OUT_DIR,
  dts: { tsgo: { path: compilerPath() } },
  fixedExtension: false,
} as const

export default defineConfig([
  {
    ...common,
    entry: {
      index: 'src/index.ts',
      node: 'src/node.ts',
      data: 'src/data.ts',
      config: 'src/config/config.ts',
      'cli/main': 'src/cli/main.ts',
      'events-worker': 'src/events/node/events-worker.ts',
      'editor-worker': 'src/editor/editor-worker.ts',
      'reload-worker': 'src/reload/reload-worker.ts',
      'replay-worker': 'src/replay/replay-worker.ts',
      'rule-worker': 'src/dashboard/rule-worker.ts',
      'store-contract': 'src/events/store.contract.ts',
      toolkit: 'src/toolkit-entry.ts',
      testing: 'src/testing/index.ts',
      'testing-jest': 'src/testing/jest.ts',
      'testing-vitest': 'src/testing/vitest.ts',
    },
    platform: 'node',
    clean: true,
    copy: ['src/testing/testing.cjs', 'src/testing/testing-jest.cjs'],
    hooks: { 'build:done': markOptionalTypes },
  },
  // The dashboard's script and files: its pages load them from this package, and nothing from elsewhere.
  {
    format: 'esm',
    target: 'es2023',
    outDir: `${OUT_DIR}/dashboard`,
    entry: { page: 'src/dashboard/browser/page.ts' },
    platform: 'browser',
    dts: false,
    minify: true,
    clean: false,
    fixedExtension: false,
    copy: [
      'src/dashboard/style.css',
      'src/dashboard/icon.svg',
      ...[
        ['geist/files/geist-latin-wght-normal.woff2', 'sans.woff2'],
        ['geist-mono/files/geist-mono-latin-wght-normal.woff2', 'mono.woff2'],
        ['geist/LICENSE', 'LICENSE-geist'],
      ].map(([from, to]) => ({
        from: `node_modules/@fontsource-variable/${from}`,
        to: `${OUT_DIR}/dashboard`,
        rename: to,
      })),
    ],
  },
  // One file that shares nothing with the others: it goes into browsers.
  {
    ...common,
    entry: { client: 'src/client/index.ts' },
    platform: 'neutral',
    minify: true,
    clean: false,
  },
])
