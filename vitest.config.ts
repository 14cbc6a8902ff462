import { defineConfig } from 'vitest/config'

const source = (file: string) => new URL(`./src/${file}`, import.meta.url).pathname

export default defineConfig({
  resolve: {
    // Tests that import the package by its name test the sources; the built package is tested through the command line.
    alias: [
      { find: /^edge1020$/, replacement: source('index.ts') },
      { find: /^edge1020\/client$/, replacement: source('client/index.ts') },
      { find: /^edge1020\/data$/, replacement: source('data.ts') },
      { find: /^edge1020\/node$/, replacement: source('node.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
