import { defineConfig } from 'tsdown'

const common = {
  format: 'esm',
  target: 'es2023',
  outDir: 'dist',
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
      'store-contract': 'src/events/store.contract.ts',
    },
    platform: 'node',
    clean: true,
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
