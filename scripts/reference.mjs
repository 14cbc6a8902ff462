// npm run reference: writes the pages of docs/ that are generated from tables of the code (scripts/reference/pages.ts lists them).
// With --check nothing is written; exit code 1 where a page is out of date. test/reference.test.ts checks the same.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsdown'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const isCheck = process.argv.includes('--check')

// Inside the project, where its dependencies are found.
const cache = join(ROOT, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const outDir = mkdtempSync(join(cache, 'edge1020-reference-'))
try {
  await build({
    entry: { pages: join(ROOT, 'scripts/reference/pages.ts') },
    outDir,
    config: false,
    dts: false,
    format: 'esm',
    platform: 'node',
    external: ['typescript'],
    target: 'es2023',
    logLevel: 'silent',
  })
  const { pages } = await import(pathToFileURL(join(outDir, 'pages.mjs')).href)
  for (const { file, write } of pages) {
    const path = join(ROOT, file)
    const text = await write(ROOT)
    let before
    try {
      before = readFileSync(path, 'utf8')
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
    if (before === text) continue
    if (isCheck) process.exitCode = 1
    else {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    console.log(`${file} ${isCheck ? 'is out of date: run npm run reference' : 'written'}`)
  }
} finally {
  rmSync(outDir, { recursive: true })
}
