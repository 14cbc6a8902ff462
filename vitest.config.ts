import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const source = (file: string) => new URL(`./src/${file}`, import.meta.url).pathname

/**
 * Test files that each need a process of their own: they replace a module, or what is read of the environment once, or test what
 * is not loaded yet.
 * All others share their modules with those that run before them. test/shared.test.ts holds them to it.
 */
const ALONE = [
  'src/mount/request-headers.test.ts',
  'src/node.test.ts',
  'src/ray.test.ts',
  'src/visitor/node/city-files.test.ts',
  'src/visitor/node/download-failure.test.ts',
  'src/visitor/node/geoip-lite.test.ts',
  'test/later.test.ts',
]

export default defineConfig({
  resolve: {
    // Tests that import the package by its name test the sources; the built package is tested through the command line.
    alias: [
      // Threads run what is built: test/workers.ts builds it from the sources for each run.
      {
        find: /^\.\/worker-file\.ts$/,
        replacement: new URL('./test/worker-file.ts', import.meta.url).pathname,
      },
      {
        find: /^\.\/reload-worker-file\.ts$/,
        replacement: new URL('./test/reload-worker-file.ts', import.meta.url).pathname,
      },
      {
        find: /^\.\/rule-worker-file\.ts$/,
        replacement: new URL('./test/rule-worker-file.ts', import.meta.url).pathname,
      },
      { find: /^edge1020$/, replacement: source('index.ts') },
      { find: /^edge1020\/client$/, replacement: source('client/index.ts') },
      { find: /^edge1020\/config$/, replacement: source('config/config.ts') },
      { find: /^edge1020\/data$/, replacement: source('data.ts') },
      { find: /^edge1020\/node$/, replacement: source('node.ts') },
      { find: /^edge1020\/toolkit$/, replacement: source('toolkit-entry.ts') },
      { find: /^edge1020\/testing$/, replacement: source('testing/index.ts') },
      { find: /^edge1020\/testing\/jest$/, replacement: source('testing/jest.ts') },
      { find: /^edge1020\/testing\/vitest$/, replacement: source('testing/vitest.ts') },
      { find: /^edge1020\/store-contract$/, replacement: source('events/store.contract.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...ALONE, '**/node_modules/**'],
          setupFiles: ['test/whole.ts'],
          // Modules are loaded once a worker in place of once a file: a third of the processor's time.
          pool: 'threads',
          isolate: false,
          sequence: { groupOrder: 1 },
          restoreMocks: true,
          unstubGlobals: true,
          unstubEnvs: true,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, sequence: { groupOrder: 0 } },
      },
    ],
    globalSetup: ['test/workers.ts'],
    setupFiles: ['test/seed.ts', 'test/stall.ts'],
    // Half of the time tests wait for processes and timers: one worker fewer than processors, vitest's default, leaves these idle.
    maxWorkers: availableParallelism() + 1,
    // A test that waits waits for an event or a condition: only a fault takes so long, however busy the machine is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 10 } },
  },
})
