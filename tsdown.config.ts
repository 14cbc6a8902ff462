import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsdown'

const OUT_DIR = 'dist'
const HONO = /^(?:import .* from "hono";|declare module 'hono' \{)$/gm

/** Hono is an optional peer: without it the compiler of a program that checks its libraries would find no such module. */
const markOptionalTypes = (): void => {
  for (const name of readdirSync(OUT_DIR)) {
    if (!name.endsWith('.d.ts')) continue
    const path = join(OUT_DIR, name)
    const text = readFileSync(path, 'utf8')
    const marked = text.replace(HONO, '// @ts-ignore: an optional peer\n$&')
    if (marked !== text) writeFileSync(path, marked)
  }
}

const common = {
  format: 'esm',
  target: 'es2023',
  outDir: OUT_DIR,
  dts: true,
  fixedExtension: false,
} as const

export default defineConfig([
  {
    ...common,
    entry: {
      index: 'src/index.ts',
      node: 'src/node.ts',
      data: 'src/data.ts',
      'cli/main': 'src/cli/main.ts',
      'events-worker': 'src/events/node/events-worker.ts',
      'list-worker': 'src/rules/node/list-worker.ts',
      'replay-worker': 'src/replay/replay-worker.ts',
      'store-contract': 'src/events/store.contract.ts',
    },
    platform: 'node',
    clean: true,
    hooks: { 'build:done': markOptionalTypes },
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
