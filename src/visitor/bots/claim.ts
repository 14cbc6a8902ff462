import { type Browser, browserOf } from './browser.ts'
import table from './crawlers.json' with { type: 'json' }
import type { KnownBot } from './known.ts'
import { buildScanner, type ScanRule } from './scanner.ts'

/** Senders that their own name settles. */
export type PlainKind =
  | 'empty'
  | 'crawler'
  | 'scanner'
  | 'browser-automation'
  | 'http-library'
  /** An app's own requests: probably from a person, but not from a browser. */
  | 'app'
  | 'other'

/**
 * The claim of a user agent about its sender, before any check. `name` is for people (`Googlebot`, `curl`, `Chrome 120`).
 * It comes from our tables, never from the visitor's text; '' if there is none.
 */
export type Claim =
  | { readonly kind: 'known'; readonly name: string; readonly bot: KnownBot }
  | { readonly kind: 'browser'; readonly name: string; readonly browser: Browser }
  | { readonly kind: PlainKind; readonly name: string }

/** The part of a user agent that is read: three times the longest of the corpus. Browsers have about 100 to 400 characters. */
export const MAX_USER_AGENT_CHARS = 1024

/** Words of bots that no table names. Lower case. */
const BOT_WORDS: readonly ScanRule[] = [
  '+http',
  'crawler',
  'spider',
  'scraper',
  // Not `bot` alone: Cubot is a brand of telephones.
  'bot/',
  'bot;',
  'robot',
]

const AUTOMATION_WORDS: readonly ScanRule[] = [
  'headless',
  'phantomjs',
  'puppeteer',
  'playwright',
  'selenium',
  'webdriver',
]

/** Libraries that the corpus lacks, and plain names of those that it has only with a version. Lower case. */
const LIBRARY_WORDS: readonly ScanRule[] = [
  ['^', 'python'],
  ['^', 'ruby'],
  ['^', 'perl'],
  ['^', 'php/'],
  ['^', 'java/'],
  ['^', 'node'],
  ['^', 'deno/'],
  ['^', 'bun/'],
  ['^', 'undici'],
  ['^', 'axios'],
  ['^', 'got ('],
  ['^', 'rust'],
  ['^', 'reqwest'],
  ['^', 'hyper/'],
  ['^', 'okhttp'],
  ['^', 'httpie'],
  ['^', 'wget'],
  ['^', 'curl'],
  ['^', 'libcurl'],
  'go-http-client',
  'httpclient',
  'http-client',
  'postmanruntime',
  'insomnia/',
  'powershell/',
]

/** Frameworks of apps on telephones. Lower case. */
const APP_WORDS: readonly ScanRule[] = ['cfnetwork/', ['^', 'dalvik/']]

interface Label {
  readonly kind: PlainKind
  readonly name: string
  readonly rule: ScanRule
}

const labelled = (kind: PlainKind, rules: readonly ScanRule[]): Label[] =>
  rules.map((rule) => ({
    kind,
    name: (typeof rule === 'string' ? rule : rule.slice(1).join(' … ')).replace(/[ ;(/-]+$/, ''),
    rule,
  }))

/** `TelegramBot (like TwitterBot)` and FreshRSS's `like Googlebot` do not claim to be the bot that they name. */
const agentRule = (rule: ScanRule): ScanRule => {
  const [marks, ...texts] = typeof rule === 'string' ? ['', rule] : rule
  return [`${marks}~`, ...texts.map((text) => text.toLowerCase())]
}

/** Creates a reader of claims. Build it once, because its tables take milliseconds. */
export const createClaims = (bots: readonly KnownBot[]): ((userAgent: string) => Claim) => {
  const owners = bots.flatMap((bot) => bot.agents.map(() => bot))
  const agents = buildScanner(bots.flatMap((bot) => bot.agents.map(agentRule)))
  const corpus = (Object.entries(table.rules) as [PlainKind, ScanRule[]][]).flatMap(
    ([kind, rules]) => labelled(kind, rules)
  )
  const words = [
    ...labelled('crawler', BOT_WORDS),
    ...labelled('browser-automation', AUTOMATION_WORDS),
    ...labelled('http-library', LIBRARY_WORDS),
    ...labelled('app', APP_WORDS),
  ]
  const corpusScanner = buildScanner(corpus.map(({ rule }) => rule))
  const wordScanner = buildScanner(words.map(({ rule }) => rule))

  return (userAgent) => {
    const text = userAgent.slice(0, MAX_USER_AGENT_CHARS)
    if (text.trim() === '') return { kind: 'empty', name: '' }
    const lower = text.toLowerCase()
    const bot = owners[agents.find(lower)]
    if (bot !== undefined) return { kind: 'known', name: bot.name, bot }
    const label = corpus[corpusScanner.find(text)] ?? words[wordScanner.find(lower)]
    if (label !== undefined) return { kind: label.kind, name: label.name }
    const browser = browserOf(text)
    if (browser === undefined) return { kind: 'other', name: '' }
    const name = browser.major > 0 ? `${browser.name} ${browser.major}` : browser.name
    return { kind: 'browser', name, browser }
  }
}
