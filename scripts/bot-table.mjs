#!/usr/bin/env node
// Makes src/visitor/bots/crawlers.json of the package crawler-user-agents: its patterns without regular expressions,
// so that no user agent can make one backtrack, and without the samples and addresses that are two thirds of it.
//
//   node scripts/bot-table.mjs            writes the table
//   node scripts/bot-table.mjs --check    fails where the table is not what the installed package gives
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TABLE = fileURLToPath(new URL('../src/visitor/bots/crawlers.json', import.meta.url))
const require = createRequire(import.meta.url)
const packageFile = require.resolve('crawler-user-agents')

/** Ways to say the same that the table has a short mark for; each is a whole beginning or end of a pattern. */
const WORD_START = '(^| )'
const NOT_DASH = '([^-]|$)'
/** What may stand between two texts. `\d\.\d+` becomes "anything" too: wider than it was, on a pattern of 25 characters. */
const GAPS = ['[\\s\\S]*', '\\d\\.\\d+']

/** `[cC]laude[bB]ot` → the four texts that it means; `Ahrefs(Bot|SiteAudit)` → two. */
const spellings = (pattern) => {
  let done = ['']
  for (let i = 0; i < pattern.length; i++) {
    const at = pattern[i]
    let choices
    if (at === '\\') choices = [pattern[++i]]
    else if (at === '[') {
      const end = pattern.indexOf(']', i)
      choices = [...pattern.slice(i + 1, end)]
      i = end
    } else if (at === '(') {
      const end = pattern.indexOf(')', i)
      choices = pattern.slice(i + 1, end).split('|')
      i = end
    } else choices = [at]
    done = done.flatMap((text) => choices.map((choice) => text + choice))
  }
  return done
}

const PLAIN = /^(?:[^\\[\](){}|^$.*+?]|\\[^\w\s]|\[[\w]+\]|\([\w ]+(?:\|[\w ]+)+\))+$/

/** A pattern as rules `[marks, text, text behind it …]`; throws where it says what the table cannot. */
const rulesOf = (source) => {
  const whole = []
  // No pattern has a bar inside of brackets and one outside.
  for (let pattern of source.includes('(') ? [source] : source.split('|')) {
    let marks = ''
    if (pattern.startsWith(WORD_START)) {
      marks += ' '
      pattern = pattern.slice(WORD_START.length)
    } else if (pattern.startsWith('^')) {
      marks += '^'
      pattern = pattern.slice(1)
    }
    if (pattern.endsWith(NOT_DASH)) {
      marks += '-'
      pattern = pattern.slice(0, -NOT_DASH.length)
    } else if (pattern.endsWith('$')) {
      marks += '$'
      pattern = pattern.slice(0, -1)
    }
    const gap = GAPS.find((text) => pattern.includes(text))
    const parts = gap === undefined ? [pattern] : pattern.split(gap)
    const odd = parts.find((text) => !PLAIN.test(text))
    if (odd !== undefined) throw new Error(`pattern ${source}: "${odd}" is more than text`)
    if (parts.length > 1) {
      const alternatives = parts.map(spellings)
      if (alternatives.some(({ length }) => length !== 1))
        throw new Error(`pattern ${source}: choices beside a gap`)
      whole.push([marks, ...alternatives.flat()])
    } else for (const text of spellings(parts[0])) whole.push([marks, text])
  }
  return whole
}

const { version } = JSON.parse(readFileSync(join(dirname(packageFile), 'package.json'), 'utf8'))
const corpus = JSON.parse(readFileSync(packageFile, 'utf8'))
const license = readFileSync(join(dirname(packageFile), 'LICENSE'), 'utf8')
const date = corpus
  .map(({ addition_date }) => addition_date ?? '')
  .sort()
  .at(-1)
  .replaceAll('/', '-')

/** What a crawler is for decides its score; where it has several tags the first of these counts. */
const KINDS = ['scanner', 'browser-automation', 'http-library']

const byKind = { crawler: [], scanner: [], 'browser-automation': [], 'http-library': [] }
for (const { pattern, tags = [] } of corpus) {
  const kind = KINDS.find((tag) => tags.includes(tag)) ?? 'crawler'
  for (const [marks, ...texts] of rulesOf(pattern)) {
    byKind[kind].push(marks === '' && texts.length === 1 ? texts[0] : [marks, ...texts])
  }
}

const lines = Object.entries(byKind).map(([kind, rules]) => {
  const rows = []
  for (const rule of rules) {
    const text = JSON.stringify(rule)
    const last = rows.at(-1)
    if (last !== undefined && last.length + text.length < 110)
      rows[rows.length - 1] = `${last}, ${text}`
    else rows.push(text)
  }
  return `    ${JSON.stringify(kind)}: [\n      ${rows.join(',\n      ')}\n    ]`
})
const head = {
  source: `crawler-user-agents ${version}, https://github.com/monperrus/crawler-user-agents`,
  date,
  patterns: corpus.length,
  made: 'scripts/bot-table.mjs',
  license: license.trim().replaceAll(/\s+/g, ' '),
}
const json = `{
${Object.entries(head)
  .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`)
  .join('\n')}
  "rules": {
${lines.join(',\n')}
  }
}
`

if (process.argv.includes('--check')) {
  // Layout is the formatter's business.
  const same =
    JSON.stringify(JSON.parse(readFileSync(TABLE, 'utf8'))) === JSON.stringify(JSON.parse(json))
  if (!same) {
    console.error(
      'src/visitor/bots/crawlers.json is not what the installed corpus gives: run scripts/bot-table.mjs'
    )
    process.exit(1)
  }
} else {
  writeFileSync(TABLE, json)
  console.log(`${corpus.length} patterns, ${json.length} bytes`)
}
