import { parseArgs } from 'node:util'
import { keysOf } from '../config/keys.ts'
import { EdgeError, messageOf } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { ShutdownProcess } from '../server/shutdown.ts'

/** One flag of a command. `value` is the placeholder in the help; a flag without `value` is a switch. */
export interface Flag {
  value?: string
  short?: string
  multiple?: boolean
  default?: string
  help: string
}

/** Input and output of a command. Results go to `out`, messages to `err`. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** Whether to print ANSI colours: `out` is a TTY and `NO_COLOR` is not set. */
  color: boolean
  /** Width of the terminal in characters; absent if `out` is not a terminal. */
  columns?: number | undefined
  /** Whether `err` is a terminal, so that a line can be redrawn. */
  errIsTerminal?: boolean
  stdin: AsyncIterable<Uint8Array | string>
  /** The source of the signals that end a long-running command; default: the process itself. */
  process?: ShutdownProcess
  /** Whether standard input is a terminal, so that a person can answer questions. */
  stdinIsTerminal?: boolean
}

export interface Arguments {
  /** Returns the value of a flag, or its default. */
  text(flag: string): string | undefined
  /** Returns all values of a repeatable flag. */
  texts(flag: string): string[]
  on(flag: string): boolean
  /** True if the flag is on the command line. Defaults and settings do not count. */
  given(flag: string): boolean
  positionals: string[]
  /** The settings from the environment and the configuration. */
  settings: Settings
}

/** Settings from the environment and the configuration. Flags override them, and they override the defaults. */
export interface Settings {
  /** Path of the configuration file, relative to the current directory. */
  readonly file?: string | undefined
  /** Values of settings, by the name of the corresponding flag. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  /** Switches that are on or off, by flag name. */
  readonly switches: ReadonlyMap<string, boolean>
  /** Rule files and folders, for commands that accept them as operands. */
  readonly rules: readonly string[]
  /** Test files and folders. */
  readonly tests: readonly string[]
}

export const NO_SETTINGS: Settings = { texts: new Map(), switches: new Map(), rules: [], tests: [] }

export interface Command {
  name: string
  summary: string
  /** The rest of the usage line, after the name. */
  usage: string
  description?: string
  flags: Record<string, Flag>
  examples: string[]
  /** The meaning of exit code 1; absent if the command never returns it. */
  findings?: string
  /** False if the command ignores the environment and the configuration. */
  takesSettings?: false
  /** @returns the exit code: 0 fine, 1 findings, 2 wrong usage or a bad document */
  run(args: Arguments, io: Io): Promise<number>
}

export const EXIT_OK = 0
export const EXIT_FINDINGS = 1
export const EXIT_USAGE = 2

/** Returns the error for wrong usage. It is printed with a hint to `--help`; the exit code is 2. */
export const usageError = (message: string): EdgeError => new EdgeError('wrong_usage', message)

/**
 * Returns the error for an unknown word. Its message suggests the most similar known word, or lists all of them.
 *
 * @example unknownWord('unknown command', 'serv', ['serve', 'events']) // unknown command "serv": did you mean serve?
 */
export const unknownWord = (kind: string, word: string, known: readonly string[]): EdgeError => {
  const meant = nearest(word, known)
  const hint =
    meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`
  return usageError(`${kind} "${word}": ${hint}`)
}

/** Returns a flag's value, one of the known words; `undefined` if the flag is absent. Throws EdgeError `wrong_usage`. */
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

/** Returns true if the command reads settings. */
export const readsSettings = (command: Command): boolean =>
  command.takesSettings !== false && keysOf(command.name, command.flags).length > 0

/** Returns the flags of a command, including the common flags. */
export const flagsOf = (command: Command): Record<string, Flag> => ({
  ...command.flags,
  ...(readsSettings(command) ? CONFIG_FLAGS : {}),
  ...COMMON_FLAGS,
})

/** The prefix that turns a switch of the settings off, as in `--no-overrides`. */
const NEGATION = 'no-'

const switchesOff = (command: Command): string[] =>
  keysOf(command.name, command.flags).flatMap(([, { kind, flag }]) =>
    kind === 'switch' ? [`${NEGATION}${flag}`] : []
  )

/** Parses the arguments after the command's name. Throws EdgeError `wrong_usage`. */
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

/** Returns the same arguments with settings as defaults. */
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
    // The first sentence of Node's message names the error. The second only gives advice on `--`.
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

/** Returns the line of the help that explains the command's exit codes. */
export const exitCodes = ({ findings }: Command): string =>
  [
    '0 success',
    ...(findings === undefined ? [] : [`1 ${findings}`]),
    '2 wrong usage or a bad document',
  ].join(', ')

/** Returns the help of one command: usage, flags with defaults, and examples that run unchanged. */
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

/** Reads a whole number from `min` to `max` from a flag. Throws EdgeError `wrong_usage`. */
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
