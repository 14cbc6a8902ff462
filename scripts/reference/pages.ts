import { LINTS } from '../../src/lint/table.ts'
import { writeCli } from './cli.ts'
import { writeConfig, writeConfigSchema } from './config.ts'
import { writeErrors } from './errors.ts'
import { writeFields } from './fields.ts'
import { writeFunctions } from './functions.ts'
import { writeLint, writeLints } from './lints.ts'
import { writeOptions } from './options.ts'

export interface ReferencePage {
  /** From the root of the project. */
  readonly file: string
  /** The whole text of the page. */
  write(root: string): Promise<string>
}

/** Every generated page of docs/. A new one is a file beside this one and a row here. */
export const pages: readonly ReferencePage[] = [
  { file: 'docs/errors.md', write: writeErrors },
  { file: 'docs/cli.md', write: writeCli },
  { file: 'docs/config.md', write: writeConfig },
  { file: 'schema/config.json', write: writeConfigSchema },
  { file: 'docs/options.md', write: writeOptions },
  { file: 'docs/fields.md', write: writeFields },
  { file: 'docs/functions.md', write: writeFunctions },
  { file: 'docs/lint.md', write: writeLints },
  ...LINTS.map((lint) => ({
    file: `docs/lint/${lint.code}.md`,
    write: async () => writeLint(lint),
  })),
]
