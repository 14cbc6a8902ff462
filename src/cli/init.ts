import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { readPageFile } from '../answers/node/own-page-file.ts'
import { makeDirectory } from '../directory.ts'
import { EdgeError, messageOf } from '../error.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { paint } from '../paint.ts'
import { readPersonas } from '../personas/personas.ts'
import { initialTests } from '../rule-tests/write.ts'
import { createAsker } from './ask.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_OK, usageError } from './command.ts'
import type { NewFile, Wishes } from './init-files.ts'
import { initFiles } from './init-files.ts'
import { writeText } from './output.ts'
import { printable, table } from './printable.ts'
import { SUMMARIES } from './summaries.ts'

const UPSTREAM = 'http://127.0.0.1:3000'
const NEXT = ['npx edge1020 test', 'npx edge1020 serve']
const URL_FORM = /^https?:\/\/[^/\s]+/i

const checkUpstream = (url: string): string => {
  if (URL_FORM.test(url)) return url
  throw usageError(`--upstream "${url}": expected a URL, e.g. ${UPSTREAM}`)
}

/**
 * Returns the path of rules relative to the project. Throws EdgeError `wrong_usage` for a path outside the project, because the tests
 * are written beside the rules.
 */
const rulesInside = (project: string, rules: string | undefined): string | undefined => {
  if (rules === undefined) return undefined
  const path = relative(project, resolve(project, rules)) || '.'
  if (isAbsolute(path) || path.split(sep)[0] === '..') {
    throw usageError(`--rules "${rules}": expected a path in the folder ${resolve(project)}`)
  }
  return path
}

/** Returns the wishes from the command line. At a terminal, it asks for missing ones. */
const wishesOf = async (args: Arguments, io: Io): Promise<Wishes> => {
  const given = {
    rules: args.text('rules'),
    upstream: args.text('upstream'),
    ci: !args.on('no-ci'),
  }
  if (args.on('yes') || io.stdinIsTerminal !== true) return given
  const asker = createAsker(io)
  try {
    const rules =
      given.rules ??
      (await asker.ask(
        'Rules that you have, a file or a Terraform folder (empty for new ones):',
        ''
      ))
    const upstream =
      given.upstream ?? (await asker.ask('Address of your site on this machine:', UPSTREAM))
    const ci = given.ci && (await asker.confirm('Check the rules in GitHub Actions?'))
    return { rules: rules === '' ? undefined : rules, upstream, ci }
  } finally {
    await asker.close()
  }
}

/** Returns one test per rule that expects the current verdict. */
const firstTests = (project: string) => (rules: string, path: string) => {
  const file = join(project, rules)
  const ruleset = loadRulePaths([file], { readPage: readPageFile, env: process.env })
  const options = { ruleset, personas: readPersonas(), seesTls: true }
  return initialTests([relative(dirname(path), rules)], options).text
}

const write = (project: string, files: readonly NewFile[], isForced: boolean) => {
  const kept = isForced ? [] : files.filter(({ path }) => existsSync(join(project, path)))
  const written = files.filter((file) => !kept.includes(file))
  for (const { path, text } of written) {
    const file = join(project, path)
    try {
      makeDirectory(dirname(file))
    } catch (error) {
      throw new EdgeError('not_written', `${file}: ${messageOf(error)}`, { cause: error })
    }
    writeText(file, text)
  }
  return { written, kept }
}

const run = async (args: Arguments, io: Io): Promise<number> => {
  const [project = '.', ...others] = args.positionals
  if (others.length > 0) {
    throw usageError(`edge1020 init: unexpected "${others[0]}": expected at most one folder`)
  }
  const asked = await wishesOf(args, io)
  const wishes = { ...asked, rules: rulesInside(project, asked.rules) }
  if (wishes.upstream !== undefined) checkUpstream(wishes.upstream)
  const files = initFiles(project, wishes, firstTests(project))
  const { written, kept } = write(project, files, args.on('force'))
  if (args.on('json')) {
    const paths = (some: readonly NewFile[]) => some.map(({ path }) => path)
    io.out(`${JSON.stringify({ written: paths(written), kept: paths(kept), next: NEXT })}\n`)
    return EXIT_OK
  }
  io.out(
    table([
      ...written.map(({ path, about }) => [
        paint(io.color, 'green', 'wrote'),
        printable(path),
        about,
      ]),
      ...kept.map(({ path }) => [
        paint(io.color, 'dim', 'kept'),
        printable(path),
        'it exists; --force replaces it',
      ]),
    ])
  )
  const enter = project === '.' ? [] : [`cd ${project}`]
  io.out(`\nNext:\n${[...enter, ...NEXT].map((line) => `  ${line}\n`).join('')}`)
  return EXIT_OK
}

export const init: Command = {
  name: 'init',
  summary: SUMMARIES.init,
  usage: '[FOLDER] [options]',
  description:
    'Writes a rule file, tests of its rules, edge1020.config.ts (.mjs in a project without TypeScript) and a workflow of GitHub\n' +
    'Actions. At a terminal it asks three questions. It keeps the files that exist.',
  flags: {
    yes: { short: 'y', help: 'ask nothing' },
    rules: {
      value: 'PATH',
      short: 'r',
      help: 'existing rules in the folder: init writes tests of them, and no rules',
    },
    upstream: { value: 'URL', short: 'u', help: `address of the site, e.g. ${UPSTREAM}` },
    'no-ci': { help: 'write no workflow' },
    force: { short: 'f', help: 'replace files that exist' },
  },
  takesSettings: false,
  examples: ['edge1020 init --yes', 'edge1020 init shop --upstream http://127.0.0.1:3000 --no-ci'],
  run,
}
