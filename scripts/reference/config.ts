import type { Command } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import type { ConfigKey } from '../../src/config/keys.ts'
import { CONFIG_KEYS } from '../../src/config/keys.ts'
import { heading, table } from './markdown.ts'

const INTRODUCTION = `
\`edge1020 init\` starts a project: rules, tests of them, settings, and a workflow of GitHub Actions. At a terminal it asks three
questions; with \`--yes\` it asks none. It keeps the files that exist. \`--force\` replaces them.

\`\`\`sh
npx edge1020 init --yes
npx edge1020 test
npx edge1020 serve
\`\`\`

## edge1020.config.ts

Every command reads its settings from one file, so that the command line stays short:

\`\`\`ts
import { defineConfig } from 'edge1020/config'

export default defineConfig({
  rules: 'rules',
  tests: 'rules',
  upstream: 'http://127.0.0.1:3000',
  trust: ['loopback'],
  plan: 'pro',
  data: '.edge1020',
  admin: { port: 8021 },
  lint: { failOn: 'warning' },
})
\`\`\`

* Its names are \`edge1020.config.ts\`, \`.mts\`, \`.js\`, \`.mjs\`, \`.cjs\` and \`.json\`. A command takes the first of them in the current folder,
  or in the nearest folder above. \`--config FILE\` and the variable \`EDGE1020_CONFIG\` name another file; \`--no-config\` reads none.
* Paths are relative to the file.
* A flag wins over an environment variable, a variable over the file, and the file over the default. A list on the command line
  replaces the list of the file. \`--no-overrides\`, \`--no-tls\` … turn off a switch that the file turns on.
* \`lint\`, \`audit\` and \`rules\` read \`rules\`, and \`test\` runs \`tests\`, if the command line names no file. A test file that names its
  rules tests those.
* \`check URL\` judges by \`rules\` too. With \`--no-config\` it asks the site itself.
* Zones are part of the rule documents ([products](products.md)). A token or a key is never in the file: the variables
  \`EDGE1020_ADMIN_TOKEN\` and \`EDGE1020_IP_KEY\` hold them.
* TypeScript works on every version of Node, because [jiti](https://github.com/unjs/jiti) compiles the file. The file also loads
  where the package is not installed, as with \`npx\`. In a project with \`node_modules\`, \`node_modules/.cache/edge1020\` keeps the compiled file.
* \`serve\` reads the file at its start. It reloads rules after a change, but not settings.

A wrong key or value stops the command with exit code 2. \`edge1020 doctor\` shows the file that is in use.

\`\`\`text
error: edge1020.config.ts: unknown key "admin.prot": did you mean "admin.port"?
\`\`\`

A file of JSON has a schema for editors: \`"$schema": "./node_modules/edge1020/schema/config.json"\`.

## Keys

`

const KINDS: Readonly<Record<ConfigKey['kind'], string>> = {
  text: 'text',
  texts: 'text or list',
  number: 'number',
  switch: '`true` or `false`',
  pairs: 'names and texts',
}

/** The option of the first command that has it with this meaning. */
const helpOf = ({ flag, commands }: ConfigKey, all: readonly Command[]): string => {
  if (flag === undefined) return 'test files and folders of `edge1020 test`'
  const found = all.find(
    ({ name, flags, takesSettings }) =>
      takesSettings !== false &&
      Object.hasOwn(flags, flag) &&
      (commands === undefined || commands.includes(name))
  )
  return found!.flags[flag]!.help
}

/** docs/config.md: the settings, with the options that say the same. */
export const writeConfig = async (): Promise<string> => {
  const all = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const rows = Object.entries(CONFIG_KEYS).map(([name, key]) => [
    `\`${name}\``,
    key.oneOf?.map((one) => `\`${one}\``).join(', ') ?? KINDS[key.kind],
    helpOf(key, all),
    key.flag === undefined ? '' : `\`--${key.flag}\``,
    key.variable === undefined ? '' : `\`${key.variable}\``,
  ])
  return (
    heading('Settings', 'scripts/reference/config.ts and src/config/keys.ts') +
    INTRODUCTION +
    table(['key', 'value', '', 'option', 'variable'], rows)
  )
}

const TEXT = { type: 'string', minLength: 1 }
const SCHEMAS: Readonly<Record<ConfigKey['kind'], object>> = {
  text: TEXT,
  texts: { oneOf: [TEXT, { type: 'array', items: TEXT }] },
  number: { type: 'integer', minimum: 0 },
  switch: { type: 'boolean' },
  pairs: { type: 'object', additionalProperties: { type: 'string' } },
}

const MAX_COLUMNS = 100
/** A list of texts. */
const LIST = /^(.*)\[\s*("[^[\]{}]*?")\s*\](,?)$/gm

/** As the formatter of the project writes JSON. */
const onOneLine = (json: string): string =>
  json.replace(LIST, (whole, before: string, items: string, after: string) => {
    const line = `${before}[${items.replace(/,\s+/g, ', ')}]${after}`
    return line.length > MAX_COLUMNS ? whole : line
  })

/** schema/config.json: the same for editors. */
export const writeConfigSchema = async (): Promise<string> => {
  const all = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const below = (prefix: string): Record<string, object> => {
    const names = Object.keys(CONFIG_KEYS).filter((name) => name.startsWith(prefix))
    const own = [...new Set(names.map((name) => name.slice(prefix.length).split('.')[0]!))]
    return Object.fromEntries(
      own.map((name) => {
        const path = `${prefix}${name}`
        const key = (CONFIG_KEYS as Readonly<Record<string, ConfigKey>>)[path]
        const value = key && {
          description: helpOf(key, all),
          ...(key.oneOf === undefined ? SCHEMAS[key.kind] : { enum: key.oneOf }),
        }
        const members = below(`${path}.`)
        if (Object.keys(members).length === 0) return [name, value!]
        const object = { type: 'object', additionalProperties: false, properties: members }
        return [name, value === undefined ? object : { oneOf: [value, object] }]
      })
    )
  }
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'edge1020 settings',
    description: 'Settings of every command: edge1020.config.json.',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...below('') },
  }
  return `${onOneLine(JSON.stringify(schema, undefined, 2))}\n`
}
