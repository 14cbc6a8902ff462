import { controlOf } from '../control/controls.ts'
import { messageOf } from '../error.ts'
import { copyable } from '../events/node/postgres/address.ts'
import type { CountersName } from '../limits/node/open.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { rememberFacts } from '../metrics/facts.ts'
import { createEdge } from '../node.ts'
import { paint } from '../paint.ts'
import { createAsideLoader } from '../reload/aside.ts'
import { allRules } from '../rules/rule.ts'
import type { DemoTraffic } from '../server/demo-traffic.ts'
import { createReloader } from '../server/reload.ts'
import type { ServeOptions } from '../server/serve.ts'
import { serve as start } from '../server/serve.ts'
import { onShutdown } from '../server/shutdown.ts'
import { watchRules } from '../server/watch-rules.ts'
import type { StoreName } from '../store-name.ts'
import { readStoreName } from '../store-name.ts'
import { trustedPeers } from '../visitor/addresses.ts'
import type { SourceFact } from '../visitor/node/sources.ts'
import { ADMIN_FLAGS, adminOptions } from './admin-flags.ts'
import { answerFlags, answersOf } from './answer-flags.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_OK, usageError, wholeNumber } from './command.ts'
import { DEFAULT_ADMIN, DEFAULT_DATA } from './defaults.ts'
import {
  anonymizeIpOf,
  EVENT_FLAGS,
  eventOptions,
  IP_KEY_VARIABLE,
  SINK_FLAGS,
  sinksOf,
} from './event-flags.ts'
import { printable } from './printable.ts'
import { openDashboard } from './serve-dashboard.ts'
import { createServeLint } from './serve-lint.ts'
import { openSourcesOf, SOURCE_FLAGS, sourceLabel, warnOfSources } from './sources.ts'
import { starterPack } from './starter-pack.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS, terraformValues } from './terraform-flags.ts'

const MAX_PORT = 65_535
/** One year, Cloudflare's maximum. */
const MAX_CLEARANCE_SECONDS = 31_536_000
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/148.0'

const storeOf = (args: Arguments): StoreName | undefined => {
  const name = args.text('store')
  return name === undefined ? undefined : readStoreName(name)
}

const redaction = (text: string | undefined): boolean | string[] =>
  text === undefined ? false : text === 'all' || text.split(',').map((name) => name.trim())

const trusts = (trust: readonly string[]): ((address: string) => boolean) => {
  if (trust.length === 0) {
    throw usageError('--proxy-protocol: expected --trust to name the peers that send PROXY headers')
  }
  const peers = trustedPeers(trust)
  return (address) => {
    const ip = parsePeerAddress(address)
    return ip !== undefined && peers.has(ip)
  }
}

const tlsOf = (args: Arguments): ServeOptions['tls'] => {
  const [cert, key] = [args.text('tls-cert'), args.text('tls-key')]
  if (cert === undefined && key === undefined) return args.on('tls') ? 'self-signed' : undefined
  if (cert === undefined || key === undefined) {
    throw usageError(
      '--tls-cert and --tls-key: expected both, or --tls for a temporary certificate'
    )
  }
  return { cert, key }
}

/** Returns example commands to run first. Only the starter pack is known to block requests. */
const commandsToTry = (url: string, flags: string, isStarterPack: boolean): string =>
  (isStarterPack
    ? [
        `  curl ${flags} -A '${BROWSER}' ${url}/            # passes`,
        `  curl ${flags} ${url}/                             # blocked by its user agent`,
        `  curl ${flags} -A '${BROWSER}' ${url}/.env        # blocked by path`,
      ]
    : [`  curl ${flags} ${url}/cdn-cgi/error/1020   # what a blocked client gets`]
  ).join('\n')

/** Returns the command that looks up a Ray ID. A database can be read without the edge; events in memory need the running edge. */
const howToLookUp = (args: Arguments, admin: string): string[] => {
  const [store, data] = [args.text('store'), args.text('data')]
  if (store === 'none') return []
  const isDefaultAdmin = admin.replace(/\/$/, '') === DEFAULT_ADMIN
  const where =
    store === 'memory'
      ? isDefaultAdmin
        ? []
        : ['--admin', admin]
      : [
          ...(data === DEFAULT_DATA ? [] : ['--data', data]),
          ...(store === undefined ? [] : ['--store', copyable(store)]),
        ]
  return [`Then look up a Ray ID:  ${['npx edge1020 events <Ray ID>', ...where].join(' ')}`, '']
}

export const serve: Command = {
  name: 'serve',
  summary: SUMMARIES.serve,
  usage: '[options]',
  description:
    'Judges every request, answers blocked ones as Cloudflare would and forwards the others. Without --upstream it serves a\n' +
    'small demo site; without --rules it uses the starter pack. SIGTERM and SIGINT shut it down gracefully.',
  flags: {
    port: {
      value: 'PORT',
      short: 'p',
      default: '8020',
      help: 'port for visitors; 0 takes any free port',
    },
    host: { value: 'HOST', default: '127.0.0.1', help: 'address to listen on' },
    upstream: { value: 'URL', short: 'u', help: 'the origin, e.g. http://127.0.0.1:3000' },
    rules: {
      value: 'PATH',
      short: 'r',
      multiple: true,
      help: 'rule file or directory; Terraform and documents of Cloudflare’s API work too',
    },
    ...TERRAFORM_FLAGS,
    data: {
      value: 'DIR',
      default: DEFAULT_DATA,
      help: 'directory for the event store and downloaded data',
    },
    store: {
      value: 'SPEC',
      help: 'event store: memory, none, sqlite:FILE or postgres://HOST/DATABASE (default: SQLite in --data)',
    },
    ...EVENT_FLAGS,
    ...SINK_FLAGS,
    ...ADMIN_FLAGS,
    trust: {
      value: 'CIDR',
      multiple: true,
      help: 'trust forwarded addresses from these peers: a network, loopback, private, cloudflare',
    },
    'proxy-protocol': {
      help: 'expect a PROXY header (v1 or v2) at the start of each connection from a trusted peer',
    },
    tls: { help: 'listen on HTTPS with a temporary self-signed certificate' },
    'tls-cert': { value: 'FILE', help: 'listen on HTTPS with this certificate chain (PEM)' },
    'tls-key': { value: 'FILE', help: 'private key for --tls-cert (PEM)' },
    'tls-resumption': {
      help: 'let TLS clients resume sessions; a resumed connection has a different JA3 and JA4',
    },
    ...SOURCE_FLAGS,
    overrides: {
      help: 'accept x-edge-ip, x-edge-as … from loopback and trusted peers, and POST /api/test/… on the admin port (for tests)',
    },
    personas: {
      value: 'FILE',
      multiple: true,
      help: 'more named visitors for x-edge-as, besides the built-in ones',
    },
    ...answerFlags,
    clearance: {
      value: 'SECONDS',
      help: 'lifetime of a passed challenge in seconds (default 1800)',
    },
    counters: {
      value: 'SPEC',
      help: 'counters of rate limits: memory, memory:MAXKEYS, or redis://HOST:PORT for several edges (default memory)',
    },
    'demo-traffic': {
      help: 'make up visitors of the demo site, so that the dashboard has something to show; off with --upstream',
    },
    colo: { value: 'XXX', help: 'data centre in Ray IDs, three letters (default LOC)' },
    'anonymize-ip': {
      value: 'HOW',
      help: `visitors' addresses in events: truncate (/24, /48), or hash with the key in ${IP_KEY_VARIABLE}`,
    },
    'redact-query': {
      value: 'NAMES',
      help: 'redact the values of these query parameters in events: a comma-separated list, or all',
    },
  },
  examples: [
    'edge1020 serve --upstream http://127.0.0.1:3000 --rules rules/starter.yaml',
    'edge1020 serve --port 0 --admin-port 0 --store memory --overrides --json',
  ],
  run: async (args, io) => {
    if (args.positionals.length > 0) {
      throw usageError(
        `edge1020 serve: unexpected "${args.positionals[0]}": name rules with --rules`
      )
    }
    const port = wholeNumber(args, 'port', { min: 0, max: MAX_PORT })
    const adminPort = wholeNumber(args, 'admin-port', { min: 0, max: MAX_PORT })
    const say = (text: string) => io.err(`${text}\n`)
    const onError = (error: Error) => say(`edge1020: ${error.message}`)
    const trust = args.texts('trust')
    const lifetimeSeconds =
      args.text('clearance') === undefined
        ? undefined
        : wholeNumber(args, 'clearance', { min: 1, max: MAX_CLEARANCE_SECONDS })
    const tls = tlsOf(args)
    const admin = adminOptions(args, tls)
    const rules = args.texts('rules').length > 0 ? args.texts('rules') : [starterPack()]
    if (args.given('personas') && !args.on('overrides')) {
      throw usageError('--personas needs --overrides, which turns x-edge-as on')
    }
    const sources = openSourcesOf(args, onError, {
      mayCompileLater: true,
      onChange: ({ text, warning }) =>
        say(
          printable(
            `edge1020: new data of feed ${text}${warning === undefined ? '' : `; ${warning}`}`
          )
        ),
    })
    const closing: (() => void | Promise<void>)[] = [sources.close]
    let demo: DemoTraffic | undefined
    const loadedMs = Date.now()
    const started = async () => {
      const { geo, asn, reputation, bots, lists } = sources
      const edge = createEdge({
        rules,
        terraform: terraformValues(args),
        data: args.text('data'),
        store: storeOf(args),
        events: eventOptions(args),
        sinks: sinksOf(args),
        trust,
        overrides: args.on('overrides'),
        personas: args.on('overrides') ? args.texts('personas') : [],
        counters: args.text('counters') as CountersName | undefined,
        colo: args.text('colo'),
        redactQuery: redaction(args.text('redact-query')),
        anonymizeIp: anonymizeIpOf(args),
        geo,
        asn,
        reputation,
        bots: bots ?? 'off',
        lists,
        seesTls: tls !== undefined,
        answers: answersOf(args),
        challenges: { lifetimeSeconds },
        onError,
        onWarning: (warning) => say(`warning: ${warning}`),
      })
      closing.push(edge.close)
      // Unreadable data throw here, before a port opens.
      const facts = sources.facts()
      rememberFacts(edge, sources.facts)
      const aside = createAsideLoader()
      const reloader = createReloader(edge, () =>
        aside.load(
          rules,
          { lists, front: controlOf(edge)?.front, ...terraformValues(args) },
          edge.ruleset
        )
      )
      const own = await openDashboard(args, {
        edge,
        rules,
        sources,
        readList: aside.readList,
        reload: reloader.reload,
        onError,
      })
      const served = await start({
        edge,
        upstream: args.text('upstream'),
        host: args.text('host'),
        port,
        adminPort,
        admin: {
          ...admin,
          reloader,
          ...own.admin,
        },
        portOptions: { port: '--port', adminPort: '--admin-port' },
        tls,
        tlsResumption: args.on('tls-resumption'),
        proxyProtocol: args.on('proxy-protocol') ? trusts(trust) : undefined,
        onError,
      })
      demo = await own.startDemo()
      return { edge, served, facts, reloader, own }
    }
    const { edge, served, facts, reloader, own } = await started().catch(async (error: unknown) => {
      for (const close of closing) await close()
      throw error
    })
    const linting = createServeLint({
      paths: rules,
      findings: own.findings,
      say: (text) => say(printable(`warning: ${text}`)),
    })
    const lint = () => void linting.ask(edge.ruleset.warnings)
    const reload = () =>
      reloader.reload().then(
        () => {
          const all = allRules(edge.ruleset)
          const enabled = all.filter((rule) => rule.enabled).length
          say(`edge1020: rules reloaded: ${enabled} of ${all.length} enabled`)
          for (const warning of edge.warnings) say(printable(`warning: ${warning}`))
          lint()
        },
        (error: unknown) =>
          say(`${messageOf(error)}\nedge1020: the reload failed: the edge keeps the active rules`)
      )
    const stopWatch = watchRules(rules, () => edge.ruleset.files, reload, { loadedMs })
    const ended = new Promise<void>((resolve) => {
      onShutdown(
        () => {
          stopWatch()
          linting.stop()
          own.endThread()
          sources.close()
          const stopped = demo?.stop() ?? Promise.resolve()
          return stopped.then(served.close).finally(resolve)
        },
        { process: io.process, onHangup: reload }
      )
    })
    announce(args, io, { edge, served, facts, trust })
    lint()
    await ended
    return EXIT_OK
  },
}

const announce = (
  args: Arguments,
  io: Io,
  {
    edge,
    served,
    facts,
    trust,
  }: {
    edge: ReturnType<typeof createEdge>
    served: Awaited<ReturnType<typeof start>>
    facts: readonly SourceFact[]
    trust: readonly string[]
  }
) => {
  const { files } = edge.ruleset
  const rules = allRules(edge.ruleset)
  const enabled = rules.filter((rule) => rule.enabled).length
  if (args.on('json')) {
    const ready = {
      ready: true,
      url: served.url,
      admin: served.admin,
      ...(served.adminToken === undefined ? {} : { adminToken: served.adminToken }),
      rules: { enabled, total: rules.length, files },
      store: edge.store.name,
      sources: facts,
    }
    io.out(`${JSON.stringify(ready)}\n`)
    return
  }
  warnOfSources(facts, io)
  const row = (label: string, text: string) => `${paint(io.color, 'dim', label.padEnd(14))}${text}`
  const demo = args.text('upstream') === undefined ? ' (built-in demo site)' : ''
  io.out(
    [
      `${paint(io.color, 'bold', 'edge1020')} is ready at ${paint(io.color, 'cyan', served.url)}`,
      '',
      row('rules', `${enabled} of ${rules.length} enabled, ${files.join(', ')}`),
      row('origin', `${served.upstream}${demo}`),
      row('events', edge.store.name),
      ...facts.map((fact) => row(sourceLabel(fact), printable(fact.text))),
      row(
        'trusted',
        trust.length === 0 ? 'no proxies: the edge ignores forwarded headers' : trust.join(', ')
      ),
      row('dashboard', served.admin),
      // The token is printed only here and never stored.
      ...(served.adminToken === undefined ? [] : [row('admin token', served.adminToken)]),
      ...(args.on('overrides')
        ? [row('overrides', 'on: x-edge-… headers from loopback and trusted peers')]
        : []),
      '',
      'Try:',
      // curl does not trust a temporary certificate.
      commandsToTry(
        served.url,
        tlsOf(args) === 'self-signed' ? '-ki' : '-i',
        args.texts('rules').length === 0
      ),
      '',
      ...howToLookUp(args, served.admin),
    ].join('\n')
  )
}
