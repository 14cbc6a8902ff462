import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, posix, relative, resolve, sep } from 'node:path'
import { readTextFile } from '../text-file.ts'
import type { Files } from './evaluate.ts'
import { globPattern } from './glob.ts'
import type { LeftOut, ModuleSource } from './module.ts'
import { EvaluationProblem } from './problem.ts'
import { parseJsonBody } from './syntax/json.ts'
import { parseBody } from './syntax/parse.ts'
import type { At } from './syntax/text.ts'
import { placeOf, SourceText, SyntaxProblem } from './syntax/text.ts'
import type { Block, Body, Expression } from './syntax/tree.ts'

const MAX_FILE_BYTES = 20 * 2 ** 20
const MAX_WALKED = 20_000
/** OpenTofu's files override Terraform's of the same name. */
const NATIVE = /\.(?:tf|tofu)$/
const JSON_SYNTAX = /\.(?:tf|tofu)\.json$/
const OVERRIDE = /(?:^|_)override\.(?:tf|tofu)(?:\.json)?$/

/** True for the name of a file that Terraform or OpenTofu reads as part of a module. */
export const isModuleFile = (name: string): boolean =>
  !name.startsWith('.') && !name.endsWith('~') && (NATIVE.test(name) || JSON_SYNTAX.test(name))

const toSlashes = (path: string) => (sep === '/' ? path : path.replaceAll(sep, '/'))

/** `a.tf` is left out if there is an `a.tofu`. */
const namesOf = (folder: string): string[] => {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter(isModuleFile)
    .sort((a, b) => (a < b ? -1 : 1))
  const all = new Set(names)
  const kept = names.filter(
    (name) => !all.has(name.replace(/\.tf(\.json)?$/, '.tofu$1')) || !/\.tf(\.json)?$/.test(name)
  )
  return [
    ...kept.filter((name) => !OVERRIDE.test(name)),
    ...kept.filter((name) => OVERRIDE.test(name)),
  ]
}

/** Attributes and nested blocks of an override file replace those of the same name. */
const overridden = (base: Block, over: Block): Block => {
  const types = new Set(
    over.body.blocks.map(({ type, labels }) => `${type} ${type === 'dynamic' ? labels[0] : ''}`)
  )
  return {
    ...base,
    body: {
      attributes: new Map([...base.body.attributes, ...over.body.attributes]),
      blocks: [
        ...base.body.blocks.filter(
          ({ type, labels }) => !types.has(`${type} ${type === 'dynamic' ? labels[0] : ''}`)
        ),
        ...over.body.blocks,
      ],
    },
  }
}

/** Joins the blocks of a module's files. */
class Collector {
  readonly variables = new Map<string, Block>()
  readonly locals = new Map<string, Expression>()
  readonly resources = new Map<string, Block>()
  readonly data = new Map<string, Block>()
  readonly modules = new Map<string, Block>()
  readonly outputs = new Map<string, Block>()
  /** Terraform refuses a second definition. Here the first one counts. */
  readonly duplicates: LeftOut[] = []

  add({ blocks }: Body, isOverride: boolean): void {
    for (const block of blocks) {
      const { type, labels, body } = block
      const name = labels.join('.')
      if (type === 'locals') {
        for (const [key, { expression }] of body.attributes) {
          const first = this.locals.get(key)
          if (first === undefined || isOverride) this.locals.set(key, expression)
          else this.#duplicate(`local.${key}`, expression.at, first.at)
        }
      } else if (type === 'data') this.#put(this.data, `data.${name}`, name, block, isOverride)
      else if (type === 'resource') this.#put(this.resources, name, name, block, isOverride)
      else if (type === 'variable')
        this.#put(this.variables, `var.${name}`, name, block, isOverride)
      else if (type === 'module') this.#put(this.modules, `module.${name}`, name, block, isOverride)
      else if (type === 'output') this.#put(this.outputs, `output.${name}`, name, block, isOverride)
    }
  }

  #put(
    into: Map<string, Block>,
    address: string,
    name: string,
    block: Block,
    isOverride: boolean
  ): void {
    const base = into.get(name)
    if (base === undefined) into.set(name, block)
    else if (isOverride) into.set(name, overridden(base, block))
    else this.#duplicate(address, block.at, base.at)
  }

  #duplicate(what: string, at: At, first: At): void {
    const reason = `${what} is defined twice: the definition in ${placeOf(first)} counts`
    this.duplicates.push({ source: placeOf(at), what, reason })
  }
}

/** The files in the user's folder, and the modules that they call. */
export class Disk {
  readonly root: string
  readonly #modules = new Map<string, ModuleSource>()
  /** Real paths of the folders that functions can read. */
  readonly #allowed = new Set<string>()
  /** Unreadable files. Their contents are missing. */
  readonly broken: LeftOut[] = []
  /** Names that a module defines twice. */
  readonly duplicates: LeftOut[] = []

  /** Absolute paths of the files that were read. */
  readonly files = new Set<string>()

  constructor(
    root: string,
    /** The one file to read of the root folder. */
    readonly only?: string,
    /** Prefix of file names in messages: the folder as the user named it, with `/`. */
    readonly prefix = ''
  ) {
    this.root = resolve(root)
    this.#allowed.add(realpathSync(this.root))
  }

  /** A path as messages show it. */
  shown(path: string): string {
    return toSlashes(relative(this.root, path)) || '.'
  }

  text(path: string): string {
    this.files.add(resolve(path))
    return readTextFile(
      path,
      (reason) => new EvaluationProblem(`cannot read "${this.shown(path)}": ${reason}`),
      MAX_FILE_BYTES
    )
  }

  /** Reads and parses one file. Returns `undefined` and records the reason if that fails. */
  read<T>(path: string, parse: (source: SourceText) => T): T | undefined {
    const file = this.prefix + this.shown(path)
    try {
      return parse(new SourceText(file, this.text(path)))
    } catch (error) {
      const isSyntax = error instanceof SyntaxProblem
      if (!isSyntax && !(error instanceof EvaluationProblem)) throw error
      this.broken.push({
        source: isSyntax ? placeOf(error.at) : `${file}:1`,
        what: 'the file',
        reason: isSyntax ? `syntax: ${error.message}` : error.message,
      })
      return undefined
    }
  }

  module(folder: string): ModuleSource {
    const known = this.#modules.get(folder)
    if (known !== undefined) return known
    this.#allowed.add(realpathSync(folder))
    const collector = new Collector()
    const names = namesOf(folder)
    const wanted = folder === this.root && this.only !== undefined ? [this.only] : names
    for (const name of wanted) {
      const body = this.read(join(folder, name), JSON_SYNTAX.test(name) ? parseJsonBody : parseBody)
      if (body !== undefined) collector.add(body, OVERRIDE.test(name))
    }
    const { duplicates, ...parts } = collector
    this.duplicates.push(...duplicates)
    const module: ModuleSource = { folder, path: this.shown(folder), ...parts }
    this.#modules.set(folder, module)
    return module
  }

  /** The module that `source` names, relative to another module's folder; the reason if it is not on this disk. */
  called(from: ModuleSource, source: string): ModuleSource | string {
    if (!/^\.{1,2}(?:\/|$)/.test(source)) {
      return `the module "${source}" is not in a folder beside this one: run \`terraform show -json\` and load its output`
    }
    const folder = resolve(from.folder, source)
    if (!existsSync(folder) || !statSync(folder).isDirectory() || namesOf(folder).length === 0) {
      return `there is no module in "${this.shown(folder)}"`
    }
    return this.module(folder)
  }

  /** The files that functions of a module can read: those in the user's folder and in the module's folder. */
  get access(): Files {
    return {
      read: (path) => this.text(this.#readable(path)),
      exists: (path) => {
        const full = this.#within(path)
        return existsSync(full) && statSync(full).isFile() && this.#isAllowed(realpathSync(full))
      },
      matching: (folder, pattern) => this.#matching(folder, pattern),
    }
  }

  #within(path: string): string {
    const full = resolve(this.root, path)
    const isBelow = [...this.#allowed, this.root, ...this.#modules.keys()].some((allowed) =>
      isInside(full, allowed)
    )
    if (!isBelow) throw this.#outside(path)
    return full
  }

  #outside(path: string): EvaluationProblem {
    return new EvaluationProblem(`"${path}" is outside the folder`)
  }

  #isAllowed(real: string): boolean {
    return [...this.#allowed].some((allowed) => isInside(real, allowed))
  }

  #readable(path: string): string {
    const full = this.#within(path)
    if (!existsSync(full)) throw new EvaluationProblem(`there is no file "${path}"`)
    // A link can lead anywhere.
    const real = realpathSync(full)
    if (!this.#isAllowed(real)) throw this.#outside(path)
    if (!statSync(real).isFile()) throw new EvaluationProblem(`"${path}" is not a file`)
    return real
  }

  #matching(folder: string, pattern: string): string[] {
    const start = this.#within(folder)
    const regex = globPattern(pattern)
    const found: string[] = []
    let walked = 0
    const walk = (path: string, prefix: string) => {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (++walked > MAX_WALKED) {
          throw new EvaluationProblem(`\`fileset\`: more than ${MAX_WALKED} files in "${folder}"`)
        }
        const name = posix.join(prefix, entry.name)
        if (entry.isDirectory()) walk(join(path, entry.name), name)
        else if (entry.isFile() && regex.test(name)) found.push(name)
      }
    }
    if (existsSync(start)) walk(start, '')
    return found
  }
}

const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
