import { createContext, Script } from 'node:vm'
import { messageOf } from '../../error.ts'
import { EvaluationProblem, LimitProblem } from '../problem.ts'
import type { Value } from '../values.ts'

const TIMEOUT_MS = 500

/** JavaScript's regular expressions can take exponential time: a script of its own can be stopped. */
const sandbox = createContext(Object.create(null))
const script = new Script(
  'isGlobal ? [...text.matchAll(pattern)] : replacement === undefined ? pattern.exec(text) : text.replace(pattern, replacement)'
)

interface Asked {
  readonly text: string
  readonly pattern: RegExp
  readonly isGlobal?: boolean
  readonly replacement?: string
}

const ask = <T>(asked: Asked, name: string): T => {
  Object.assign(sandbox, { isGlobal: false, replacement: undefined, ...asked })
  try {
    return script.runInContext(sandbox, { timeout: TIMEOUT_MS }) as T
  } catch (error) {
    // The error comes from another realm, where `instanceof` says nothing.
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw new LimitProblem(`\`${name}\`: the pattern takes more than ${TIMEOUT_MS} ms`)
    }
    throw error
  }
}

const FLAGS = /^\(\?([ismU]+)\)/

/** RE2's syntax (Terraform's) as JavaScript's. */
const compile = (source: string, flags: string, name: string): RegExp => {
  let rest = source
  let all = flags
  for (let found = FLAGS.exec(rest); found !== null; found = FLAGS.exec(rest)) {
    all += [...found[1]!].filter((flag) => flag !== 'U' && !all.includes(flag)).join('')
    rest = rest.slice(found[0].length)
  }
  const translated = rest
    .replaceAll('(?P<', '(?<')
    .replaceAll('[[:alnum:]]', '[0-9A-Za-z]')
    .replaceAll('[[:alpha:]]', '[A-Za-z]')
    .replaceAll('[[:digit:]]', '[0-9]')
    .replaceAll('[[:space:]]', '\\s')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
  try {
    // Without `u`, as RE2 lets needless escapes (`\-`, `\"`) stand.
    return new RegExp(translated, all)
  } catch (error) {
    throw new EvaluationProblem(
      `\`${name}\`: cannot read the pattern "${source}": ${messageOf(error)}`
    )
  }
}

/** The whole match, or its groups: a list, or an object where they have names. */
const captured = (match: RegExpExecArray): Value => {
  if (match.groups !== undefined) {
    return new Map(Object.entries(match.groups).map(([key, text]) => [key, text ?? null]))
  }
  if (match.length === 1) return match[0]
  return match.slice(1).map((text) => text ?? null)
}

export const regexMatch = (pattern: string, text: string): Value => {
  const match = ask<RegExpExecArray | null>(
    { text, pattern: compile(pattern, '', 'regex') },
    'regex'
  )
  if (match === null) {
    throw new EvaluationProblem(`\`regex\`: "${pattern}" does not match "${text}"`)
  }
  return captured(match)
}

export const regexMatches = (pattern: string, text: string): Value =>
  Array.from(
    ask<RegExpExecArray[]>(
      { text, pattern: compile(pattern, 'g', 'regexall'), isGlobal: true },
      'regexall'
    ),
    captured
  )

/** `$1`, `$name` and `${name}` in the replacement, as in Go. */
const replacementOf = (text: string): string =>
  text.replace(/\$(?:\{(\w+)\}|(\w+)|\$)|\$/g, (_, braced?: string, plain?: string) => {
    const name = braced ?? plain
    if (name === undefined) return '$$'
    return /^\d+$/.test(name) ? (name === '0' ? '$&' : `$${name}`) : `$<${name}>`
  })

export const regexReplace = (text: string, pattern: string, replacement: string): string =>
  ask<string>(
    { text, pattern: compile(pattern, 'g', 'replace'), replacement: replacementOf(replacement) },
    'replace'
  )
