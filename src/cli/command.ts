import { parseArgs } from 'node:util'
import { keysOf } from '../config/keys.ts'
import { EdgeError, messageOf } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { ShutdownProcess } from '../server/shutdown.ts'

/** One flag of a command. `value` names what follows it in the help; a flag without one is a switch. */
export interface Flag {
  value?: string
  short?: string
  multiple?: boolean
  default?: string
  help: string
}

/** Input and output of a command: results to `out`, remarks to `err`. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** ANSI colour is welcome: a TTY and no `NO_COLOR`. */
  color: boolean
  /** Width of the terminal, in characters; absent where `out` is none. */
  columns?: number | undefined
  /** `err` is a terminal: a line there may be drawn anew. */
  errIsTerminal?: boolean
  stdin: AsyncIterable<Uint8Array | string>
  /** Its signals end a command that runs until then; absent: those of the process. */
  process?: ShutdownProcess
  /** A person can answer questions. */
  stdinIsTerminal?: boolean
}

export interface Arguments {
  /** The value of a flag given once, or its default. */
  text(flag: string): string | undefined
  /** All values of a repeatable flag. */
  texts(flag: string): string[]
  on(flag: string): boolean
  /** True where the command line names the flag: neither its default nor a setting counts. */
  given(flag: string): boolean
  positionals: string[]
  /** The settings behind the flags. */
  settings: Settings
}

/** What the environment and the configuration say: it stands between the command line and the defaults. */
export interface Settings {
  /** The configuration that was read, as a reader in the current directory would write its path. */
  readonly file?: string | undefined
  /** Values by the flag that says the same. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  /** States of switches. */
  readonly switches: ReadonlyMap<string, boolean>
  /** Rule files and folders, for commands that take them as operands. */
  readonly rules: readonly string[]
  /** Test files and folders. */
  readonly tests: readonly string[]
}

export const NO_SETTINGS: Settings = { texts: new Map(), switches: new Map(), rules: [], tests: [] }

export interface Command {
  name: string
  summary: string
  /** The rest of the usage line, behind the name. */
  usage: string
  description?: string
  flags: Record<string, Flag>
  examples: string[]
  /** What exit code 1 means; absent where the command has none. */
  findings?: string
  /** False where neither the environment nor a configuration has a say. */
  takesSettings?: false
  /** @returns the exit code: 0 fine, 1 findings, 2 wrong usage or a bad document */
  run(args: Arguments, io: Io): Promise<number>
}

export const EXIT_OK = 0
export const EXIT_FINDINGS = 1
export const EXIT_USAGE = 2

/** Wrong usage of the command line: printed with a pointer to `--help`, exit code 2. */
export const usageError = (message: string): EdgeError => new EdgeError('wrong_usage', message)

/**
 * Wrong usage by an unknown word: names the known word that was most likely meant, or all of them.
 *
 * @example unknownWord('unknown command', 'serv', ['serve', 'events']) // unknown command "serv": did you mean serve?
 */
export const unknownWord = (kind: string, word: string, known: readonly string[]): EdgeError => {
  const meant = nearest(word, known)
  const hint =
    meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`
  return usageError(`${kind} "${word}": ${hint}`)
}

/** The one of the known words that a flag holds; `undefined` where the flag is absent. Throws EdgeError `wrong_usage`. */
export const oneOf = <T extends string>(
  args: Arguments,
  flag: string,
  known: readonly T[]
): T | undefined => {
  const text = args.text(flag)
  const found = known.find((one) => one === text)
  if (text !== undefined && found === undefined) throw unknownWord(`--${flag}`, text, known)
  return found
}

const COMMON_FLAGS: Record<string, Flag> = {
  json: { help: 'print JSON for programs' },
  help: { short: 'h', help: 'show this help' },
}

const CONFIG_FLAGS: Record<string, Flag> = {
  config: {
    value: 'FILE',
    help: 'read settings from this file (default: the nearest edge1020.config.ts, .mts, .js, .mjs, .cjs or .json)',
  },
  'no-config': { help: 'read no settings from a file' },
}

/** True of a command that settings have something to say to. */
export const readsSettings = (command: Command): boolean =>
  command.takesSettings !== false && keysOf(command.name, command.flags).length > 0

/** The flags of a command, with those that every command has. */
export const flagsOf = (command: Command): Record<string, Flag> => ({
  ...command.flags,
  ...(readsSettings(command) ? CONFIG_FLAGS : {}),
  ...COMMON_FLAGS,
})

/** `--no-overrides` turns off what the settings turn on. */
const NEGATION = 'no-'

const switchesOff = (command: Command): string[] =>
  keysOf(command.name, command.flags).flatMap(([, { kind, flag }]) =>
    kind === 'switch' ? [`${NEGATION}${flag}`] : []
  )

/** Parses what follows the command's name. Throws EdgeError `wrong_usage`. */
export const parseArguments = (command: Command, argv: string[]): Arguments => {
  const flags = flagsOf(command)
  const options = Object.fromEntries(
    [...Object.entries(flags), ...switchesOff(command).map((name) => [name, {}] as const)].map(
      ([name, flag]: readonly [string, Partial<Flag>]) => [
        name,
        {
          type: flag.value === undefined ? ('boolean' as const) : ('string' as const),
          ...(flag.short === undefined ? {} : { short: flag.short }),
          multiple: flag.multiple ?? false,
        },
      ]
    )
  )
  const { values, positionals } = parse(command, argv, options)
  return {
    text: (name) => {
      const value = values[name]
      return typeof value === 'string' ? value : flags[name]?.default
    },
    texts: (name) => {
      const value = values[name]
      return Array.isArray(value) ? value.map(String) : []
    },
    on: (name) => values[name] === true,
    given: (name) => values[name] !== undefined,
    positionals,
    settings: NO_SETTINGS,
  }
}

/** The same command line with settings behind it. */
export const withSettings = (args: Arguments, settings: Settings): Arguments => ({
  ...args,
  text: (name) =>
    args.given(name) ? args.text(name) : (settings.texts.get(name)?.at(-1) ?? args.text(name)),
  texts: (name) =>
    args.given(name) ? args.texts(name) : [...(settings.texts.get(name) ?? args.texts(name))],
  on: (name) =>
    args.on(name) || (!args.on(`${NEGATION}${name}`) && settings.switches.get(name) === true),
  settings,
})

const UNKNOWN_OPTION = /^Unknown option '(.*)'$/s

const parse = (
  command: Command,
  argv: string[],
  options: Record<string, { type: 'boolean' | 'string'; short?: string; multiple: boolean }>
) => {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (error) {
    // Node's message has a second sentence of advice on `--`; the first says what is wrong.
    const message = messageOf(error)
    const first = message.split(/\. |\n/)[0] ?? message
    const unknown = UNKNOWN_OPTION.exec(first)?.[1]
    if (unknown !== undefined) {
      const known = Object.keys(options).map((name) => `--${name}`)
      const meant = nearest(unknown, known)
      const hint =
        meant === undefined
          ? `\`edge1020 ${command.name} --help\` lists the options`
          : `did you mean ${meant}?`
      throw usageError(`edge1020 ${command.name}: unknown option "${unknown}": ${hint}`)
    }
    throw usageError(`edge1020 ${command.name}: ${first.charAt(0).toLowerCase()}${first.slice(1)}`)
  }
}

const flagLabel = (name: string, flag: Flag) => {
  const long = flag.value === undefined ? `--${name}` : `--${name} ${flag.value}`
  return flag.short === undefined ? long : `-${flag.short}, ${long}`
}

/** What the exit codes of a command mean. */
export const exitCodes = ({ findings }: Command): string =>
  [
    '0 success',
    ...(findings === undefined ? [] : [`1 ${findings}`]),
    '2 wrong usage or a bad document',
  ].join(', ')

/** The help of one command: usage, flags with defaults, examples that work as they are. */
export const commandHelp = (command: Command): string => {
  const rows = Object.entries(flagsOf(command)).map(([name, flag]) => {
    const extras = [
      ...(flag.default === undefined ? [] : [`default ${flag.default}`]),
      ...(flag.multiple ? ['repeatable'] : []),
    ]
    const help = extras.length === 0 ? flag.help : `${flag.help} (${extras.join(', ')})`
    return [flagLabel(name, flag), help] as const
  })
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return [
    `edge1020 ${command.name}: ${command.summary}`,
    '',
    `Usage: edge1020 ${command.name} ${command.usage}`.trimEnd(),
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    'Options:',
    ...rows.map(([label, help]) => `  ${label.padEnd(width)}${help}`),
    '',
    command.examples.length === 1 ? 'Example:' : 'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
    `Exit codes: ${exitCodes(command)}.`,
    '',
  ].join('\n')
}

/** Reads a whole-number flag within bounds. */
export const wholeNumber = (
  args: Arguments,
  flag: string,
  { min, max }: { min: number; max: number }
): number => {
  const text = args.text(flag) ?? ''
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw usageError(`--${flag} "${text}": expected a whole number from ${min} to ${max}`)
  }
  return number
}
