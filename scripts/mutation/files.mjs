/**
 * Which files are mutated, and the tests that have to notice. The tests beside a file, and no whole trips: a fault has to be
 * found where it is made. `also` adds those that lie elsewhere.
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const SPINE = [
  'actions',
  'commit',
  'context',
  'edge',
  'judge',
  'options',
  'ray',
  'record',
  'refusal',
  'test-overrides',
  'verdict',
  'warnings',
].map((name) => `src/${name}.ts`)

const ROOMS = ['edge', 'phases', 'zones', 'reserved', 'events', 'mount'].map(
  (room) => `src/${room}`
)
const OUTER = ['src/node.ts', 'src/server/serve.ts']

/** Tests that hold a file and do not stand beside it under its name. */
const ALSO = {
  'src/context.ts': ['src/context-sources.test.ts'],
  'src/phases/order.ts': ['src/phases/custom-rules.test.ts'],
  'src/events/node/database.ts': ['src/events/node/locked.test.ts'],
  'src/events/node/writer.ts': ['src/events/node/sqlite.test.ts', 'src/events/node/locked.test.ts'],
  'src/mount/ray-header.ts': ['src/mount/node/middleware.test.ts'],
  'src/server/serve.ts': ['test/serve.test.ts'],
}

const isSource = (name) => /(?<!\.test|\.contract|\.fixture|\.d)\.ts$/.test(name)

const sourcesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))

/** Every file that is mutated, in order. `outer` adds the server and the entry of Node, whose tests open sockets. */
export const mutatedFiles = ({ outer = false } = {}) =>
  [...SPINE, ...ROOMS.flatMap(sourcesIn), ...(outer ? OUTER : [])].sort()

/** The tests of a file: those beside it that begin with its name, and those of `ALSO`. */
export const testsOf = (file) => {
  const name = basename(file, '.ts')
  const folder = dirname(file)
  const beside = readdirSync(folder)
    .filter(
      (entry) =>
        entry === `${name}.test.ts` || (entry.startsWith(`${name}-`) && entry.endsWith('.test.ts'))
    )
    .map((entry) => join(folder, entry))
  const ofSpine = folder === 'src/edge' ? testsOf('src/edge.ts') : []
  return [...new Set([...beside, ...ofSpine, ...(ALSO[file] ?? [])])].filter((test) =>
    existsSync(test)
  )
}
