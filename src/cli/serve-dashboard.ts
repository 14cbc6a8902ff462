import { join } from 'node:path'
import { readPageFile } from '../answers/node/own-page-file.ts'
import type { RuleDesk } from '../dashboard/desk.ts'
import type { Edge } from '../edge.ts'
import type { EventStore } from '../events/event.ts'
import { noStore } from '../events/none.ts'
import { createEdge } from '../node.ts'
import { readPersonaFiles } from '../personas/node/files.ts'
import type { AsideLoader } from '../reload/aside.ts'
import type { DemoTraffic } from '../server/demo-traffic.ts'
import type { AdminServeOptions } from '../server/edge-admin.ts'
import type { OpenedSources } from '../visitor/node/sources.ts'
import { answersOf } from './answer-flags.ts'
import type { Arguments } from './command.ts'
import { terraformValues } from './terraform-flags.ts'

/** The parts of the dashboard of `serve`. */
export interface OwnDashboard {
  readonly admin: Pick<AdminServeOptions, 'desk' | 'personas' | 'demoStats'>
  /** Lints the rules in the desk's thread. */
  readonly findings: RuleDesk['findings']
  /** Ends that thread. */
  readonly endThread: RuleDesk['endThread']
  /** Starts the demo traffic; returns `undefined` if it is off. */
  startDemo(): Promise<DemoTraffic | undefined>
}

const NOBODY = { judged: 0, blocked: 0 }

/** Opens the dashboard: the desk that tries and writes rules, the personas, and the demo traffic of `--demo-traffic`. */
export const openDashboard = async (
  args: Arguments,
  {
    edge,
    rules,
    sources: { geo, asn, reputation, bots, lists },
    readList,
    reload,
    onError,
  }: {
    edge: Edge
    rules: readonly string[]
    sources: OpenedSources
    readList: AsideLoader['readList']
    reload: () => Promise<void>
    onError: (error: Error) => void
  }
): Promise<OwnDashboard> => {
  const personas = readPersonaFiles(args.texts('personas'))
  const data = { geo, asn, reputation }
  const colo = args.text('colo')
  const folder = args.text('data')
  const { createDesk } = await import('../dashboard/desk.ts')
  const desk = createDesk({
    paths: rules,
    loading: { lists, readList, readPage: readPageFile, ...terraformValues(args) },
    trials: {
      ...data,
      bots,
      personas,
      colo,
      answers: answersOf(args),
      seesTls: args.on('tls') || args.text('tls-cert') !== undefined,
    },
    reload,
    historyFile: folder === undefined ? undefined : join(folder, 'undo.json'),
    onError,
  })
  // Demo traffic runs only on the demo site: an origin has real visitors.
  const isDemo = args.on('demo-traffic') && args.text('upstream') === undefined
  let demo: DemoTraffic | undefined
  return {
    admin: {
      desk,
      personas: personas.names,
      ...(isDemo ? { demoStats: () => demo?.stats ?? NOBODY } : {}),
    },
    findings: desk.findings,
    endThread: desk.endThread,
    startDemo: async () => {
      if (!isDemo || edge.store.discards === true) return undefined
      const { startDemoTraffic } = await import('../server/demo-traffic.ts')
      const stage = (append: EventStore['append']) =>
        createEdge({
          rules: [...rules],
          terraform: terraformValues(args),
          store: { ...noStore(), discards: false, append },
          overrides: true,
          ...data,
          bots: bots ?? 'off',
          lists,
          colo,
        })
      demo = startDemoTraffic({ edge, stage, onError })
      return demo
    },
  }
}
