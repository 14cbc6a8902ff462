import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Budget, evaluate } from './evaluate.ts'
import { Disk } from './folder.ts'
import { functions } from './functions/table.ts'
import type { LeftOut, Resource, Wanted, World } from './module.ts'
import { Module } from './module.ts'
import { EvaluationProblem, LimitProblem } from './problem.ts'
import { parseJsonValues } from './syntax/json.ts'
import { parseBody, parseExpression } from './syntax/parse.ts'
import { placeOf, SourceText, SyntaxProblem } from './syntax/text.ts'
import type { Expression } from './syntax/tree.ts'
import type { Value } from './values.ts'

/** Resources of other than the wanted types are read only if these refer to them. */
export interface TerraformOptions extends Wanted {
  /** Values as `NAME=VALUE`, as for `--var`. */
  vars?: readonly string[]
  /** Files with values, as for `--var-file`. */
  varFiles?: readonly string[]
  /** Environment, for `TF_VAR_…`. */
  env?: Readonly<Record<string, string | undefined>>
  /** The name of the one file of the folder to read. */
  only?: string
  /** Prefix of file names in places and messages. */
  prefix?: string
}

export interface TerraformResult {
  readonly resources: readonly Resource[]
  readonly leftOut: readonly LeftOut[]
  /** Files with syntax errors. Their resources are missing. */
  readonly broken: readonly LeftOut[]
  /** Absolute paths of all files that were read. */
  readonly files: readonly string[]
}

const ENV_PREFIX = 'TF_VAR_'
/** Definitions that every resource can refer to. */
const SHARED = new Set(['local', 'module', 'var'])

type Inputs = Map<string, () => Value>

/** Files with values that Terraform reads by default, in its order. */
const ownValueFiles = (folder: string): string[] => {
  const names = readdirSync(folder).sort((a, b) => (a < b ? -1 : 1))
  return [
    ...['terraform.tfvars', 'terraform.tfvars.json'].filter((name) =>
      existsSync(join(folder, name))
    ),
    ...names.filter((name) => /\.auto\.tfvars(?:\.json)?$/.test(name)),
  ].map((name) => join(folder, name))
}

class Values {
  readonly inputs: Inputs = new Map()

  constructor(
    readonly disk: Disk,
    readonly isText: (name: string) => boolean,
    readonly budget: Budget
  ) {}

  #add(name: string, expression: Expression): void {
    this.inputs.set(name, () =>
      evaluate(expression, {
        functions,
        budget: this.budget,
        files: this.disk.access,
        variable: () => undefined,
      })
    )
  }

  file(path: string): void {
    const values = this.disk.read(path, (source) =>
      path.endsWith('.json')
        ? parseJsonValues(source)
        : new Map([...parseBody(source).attributes].map(([name, one]) => [name, one.expression]))
    )
    for (const [name, expression] of values ?? []) this.#add(name, expression)
  }

  /** A value from the command line or the environment: an expression, unless the variable is a text. */
  text(name: string, text: string, origin: string): void {
    if (this.isText(name)) {
      this.inputs.set(name, () => text)
      return
    }
    try {
      this.#add(name, parseExpression(new SourceText(origin, text)))
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      // A bare word is a text, e.g. `--var zone=example.com` for a variable without a type.
      this.inputs.set(name, () => text)
    }
  }
}

/**
 * Evaluates a Terraform or OpenTofu folder without running it.
 *
 * It never throws because of the folder's contents. Parts without a value are in `leftOut`, with name, place and reason.
 */
export const loadTerraform = (
  folder: string,
  { isWanted, isContext, vars = [], varFiles = [], env = {}, only, prefix }: TerraformOptions
): TerraformResult => {
  const disk = new Disk(folder, only, prefix)
  const budget = new Budget()
  const leftOut: LeftOut[] = []
  const seen = new Set<string>()
  const root = disk.module(resolve(folder))
  const world: World = {
    functions,
    budget,
    rootPath: '.',
    workspace: env.TF_WORKSPACE || 'default',
    files: disk.access,
    load: (from, source) => disk.called(from, source),
    leaveOut: (left) => {
      const key = JSON.stringify(left)
      if (!seen.has(key)) leftOut.push(left)
      seen.add(key)
    },
  }
  const isText = (name: string) => {
    const type = root.variables.get(name)?.body.attributes.get('type')?.expression
    return (
      (type?.kind === 'variable' && type.name === 'string') ||
      (type?.kind === 'literal' && type.value === 'string')
    )
  }
  const values = new Values(disk, isText, budget)
  for (const name of root.variables.keys()) {
    const text = env[ENV_PREFIX + name]
    if (text !== undefined) values.text(name, text, ENV_PREFIX + name)
  }
  for (const path of ownValueFiles(folder)) values.file(path)
  for (const path of varFiles) values.file(resolve(path))
  for (const one of vars) {
    const at = one.indexOf('=')
    if (at > 0) values.text(one.slice(0, at).trim(), one.slice(at + 1), '--var')
  }
  const resources: Resource[] = []
  const wanted: Wanted = isContext === undefined ? { isWanted } : { isWanted, isContext }
  try {
    for (const resource of new Module(root, world, '', values.inputs).resources(wanted)) {
      resources.push(resource)
    }
  } catch (error) {
    if (!(error instanceof EvaluationProblem)) throw error
    const source = error.at === undefined ? '.' : placeOf(error.at)
    leftOut.push({
      source,
      what: error instanceof LimitProblem ? 'the rest of the folder' : 'the folder',
      reason: error.message,
    })
  }
  const isNamed = ({ what }: LeftOut) => {
    const [type = ''] = what.split('.', 1)
    return SHARED.has(type) || isWanted(type) || isContext?.(type) === true
  }
  leftOut.push(...disk.duplicates.filter(isNamed))
  return { resources, leftOut, broken: disk.broken, files: [...disk.files] }
}
