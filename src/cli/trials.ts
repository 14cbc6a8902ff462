import { readPageFile } from '../answers/node/own-page-file.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { paint } from '../paint.ts'
import { readPersonaFiles } from '../personas/node/files.ts'
import { joinFrom, parseFrom } from '../toolkit/from.ts'
import type { From } from '../toolkit/pretend.ts'
import type { Trials, TrialsOptions } from '../toolkit/trial.ts'
import { createTrials } from '../toolkit/trial.ts'
import type { Arguments, Flag, Io } from './command.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { printable } from './printable.ts'
import { SOURCE_FLAGS, withSources } from './sources.ts'
import { starterPack } from './starter-pack.ts'
import { TERRAFORM_FLAGS, terraformValues } from './terraform-flags.ts'

/** The flags of commands that judge requests without sending them. */
export const TRIAL_FLAGS: Record<string, Flag> = {
  rules: {
    value: 'PATH',
    short: 'r',
    multiple: true,
    help: 'rule file or directory, as for serve (default: the starter pack)',
  },
  ...TERRAFORM_FLAGS,
  personas: { value: 'FILE', multiple: true, help: 'more personas' },
  data: { value: 'DIR', default: DEFAULT_DATA, help: 'directory of downloaded data' },
  ...SOURCE_FLAGS,
}

/** The flags that describe the visitor. */
export const FROM_FLAGS: Record<string, Flag> = {
  as: { value: 'PERSONA', help: 'a named visitor: chrome-berlin, curl-hetzner, googlebot …' },
  from: {
    value: 'ATTRIBUTES',
    multiple: true,
    help: 'attributes of the visitor: country=DE,asn=24940,ip=… or any field; they win over --as',
  },
}

/** Returns the visitor of `--as` and `--from`. @throws EdgeError `wrong_attributes` */
export const fromOf = (args: Arguments): From => {
  const as = args.text('as')
  return args
    .texts('from')
    .map(parseFrom)
    .reduce(joinFrom, as === undefined ? {} : { as })
}

/** Calls `run` with trials of the rules and data that the flags name. */
export const withTrials = async <T>(
  args: Arguments,
  io: Io,
  run: (trials: Trials) => T | Promise<T>
): Promise<T> => openTrials(args, io, [], run)

/** Does the same with additional rule paths. `run` also gets the options, to create trials of other rules. */
export const openTrials = async <T>(
  args: Arguments,
  io: Io,
  more: readonly string[],
  run: (trials: Trials, options: TrialsOptions) => T | Promise<T>
): Promise<T> =>
  withSources(args, io, async (sources) => {
    // Paths on the command line replace the paths in the settings.
    const own = more.length > 0 && !args.given('rules') ? [] : args.texts('rules')
    const paths = [...more, ...own]
    const ruleset = loadRulePaths(paths.length > 0 ? paths : [starterPack()], {
      lists: sources.lists,
      readPage: readPageFile,
      ...terraformValues(args),
    })
    const personas = readPersonaFiles(args.texts('personas'))
    const { geo, asn, reputation, bots } = sources
    // Personas and attributes supply TLS fingerprints.
    const options = { ruleset, personas, geo, asn, reputation, bots, seesTls: true }
    const trials = createTrials(options)
    for (const warning of trials.warnings) {
      io.err(`${paint(io.color, 'yellow', 'warning:')} ${printable(warning)}\n`)
    }
    return run(trials, options)
  })
