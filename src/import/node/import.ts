import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EdgeError } from '../../error.ts'
import { isModuleFile } from '../../terraform/folder.ts'
import { loadTerraform } from '../../terraform/load.ts'
import { readTextFile } from '../../text-file.ts'
import { ApiDocuments, isOwnDocument } from '../documents.ts'
import { checkNesting, DocumentProblem, parseWithPlaces } from '../json-view.ts'
import { Found } from '../read.ts'
import { isContextResource, isRuleResource, readResources } from '../resources.ts'
import type { ImportedRule, LeftOut } from '../rule.ts'
import { resourcesOfState } from '../states.ts'
import type { ImportedZone } from '../zones.ts'

export interface ImportOptions {
  /** Values as `NAME=VALUE`, as for Terraform's `-var`. */
  vars?: readonly string[] | undefined
  varFiles?: readonly string[] | undefined
  /** Environment, for `TF_VAR_…`. */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Names of files as the user gave them, with their folder. Default: relative to the given folder. */
  fullNames?: boolean | undefined
  /** Passes missing files and files with syntax errors to the reader of edge1020's own rules, for its messages. */
  forLoading?: boolean | undefined
}

export interface Imported {
  readonly rules: readonly ImportedRule[]
  readonly leftOut: readonly LeftOut[]
  /** Unreadable files. Their rules are missing. */
  readonly broken: readonly LeftOut[]
  readonly warnings: readonly string[]
  readonly zones: readonly ImportedZone[]
  /** Files of edge1020's own rules, for `loadRules`. */
  readonly own: readonly string[]
  /** All files that were read, for a reload. */
  readonly files: readonly string[]
  /** The place of each own file in the order of the paths. */
  readonly ownPositions: readonly number[]
  /** The number of rules after each path. Rules that need all paths come last. */
  readonly rulesAfter: readonly number[]
}

/** Tests of rules (`site.test.yaml`) can be beside the rules. */
const DOCUMENT = /(?<!\.test)\.(?:json|ya?ml|tfstate)$/i
const STATE = /"(?:planned_values|terraform_version)"\s*:/
const STATE_HEAD = 4_096
/** YAML with a key of our documents at the start of a line is ours, because Cloudflare's documents are JSON. */
const OWN_YAML = /^(?:rules|access|lockdown|user_agents|rate_limits|lists|zones)[ \t]*:/m
const MAX_BYTES = 200 * 2 ** 20

const names = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => (a < b ? -1 : 1))

/** `undefined` for invalid JSON. The reader with places then reports the place. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

class Import {
  readonly found = new Found()
  readonly documents = new ApiDocuments(this.found)
  readonly broken: LeftOut[] = []
  readonly own: string[] = []
  readonly files: string[] = []
  readonly ownPositions: number[] = []
  readonly rulesAfter: number[] = []

  constructor(readonly options: ImportOptions) {}

  path(path: string): void {
    this.#path(path)
    while (this.ownPositions.length < this.own.length) {
      this.ownPositions.push(this.rulesAfter.length)
    }
    this.rulesAfter.push(this.found.rules.length)
  }

  #path(path: string): void {
    const stats = this.#stat(path)
    if (stats === undefined) this.own.push(path)
    else if (stats.isDirectory()) this.#folder(path)
    else if (isModuleFile(basename(path))) this.#terraform(dirname(path), basename(path))
    else this.#document(path, stats.isFile())
  }

  #named(path: string): string {
    return this.options.fullNames === true ? path : basename(path)
  }

  #stat(path: string) {
    try {
      return statSync(path)
    } catch (error) {
      if (this.options.forLoading === true) return undefined
      throw new EdgeError('file_not_found', `no file or folder "${path}"`, { cause: error })
    }
  }

  #folder(folder: string): void {
    const all = names(folder)
    if (all.some(isModuleFile)) {
      this.#terraform(folder)
      return
    }
    const documents = all.filter((name) => DOCUMENT.test(name))
    if (documents.length === 0 && this.options.forLoading === true) {
      this.own.push(folder)
      return
    }
    if (documents.length === 0) {
      throw new EdgeError(
        'file_not_found',
        `no rules in "${folder}": expected *.tf, *.tofu, *.json, *.yaml, *.yml or *.tfstate`
      )
    }
    for (const name of documents) this.#document(join(folder, name), true)
  }

  #terraform(folder: string, only?: string): void {
    const { vars, varFiles, env, fullNames } = this.options
    const result = loadTerraform(folder, {
      isWanted: isRuleResource,
      isContext: isContextResource,
      ...(vars === undefined ? {} : { vars }),
      ...(varFiles === undefined ? {} : { varFiles }),
      ...(env === undefined ? {} : { env }),
      ...(only === undefined ? {} : { only }),
      ...(fullNames === true ? { prefix: folder.endsWith('/') ? folder : `${folder}/` } : {}),
    })
    this.broken.push(...result.broken)
    this.found.leftOut.push(...result.leftOut)
    this.files.push(...result.files)
    readResources(result.resources, this.found)
  }

  #document(path: string, isFile: boolean): void {
    const file = this.#named(path)
    // A pipe can be read only once, and the reader of our own rules reads it.
    if (!isFile) {
      this.own.push(path)
      return
    }
    try {
      const unreadable = (reason: string) => new DocumentProblem(reason, 1)
      this.#text(path, file, readTextFile(path, unreadable, MAX_BYTES))
    } catch (error) {
      if (!(error instanceof DocumentProblem)) throw error
      if (this.options.forLoading === true && !error.isFinal) {
        this.own.push(path)
        return
      }
      const { line, message: reason } = error
      this.broken.push({ source: `${file}:${line}`, what: 'the file', reason })
    }
  }

  #text(path: string, file: string, text: string): void {
    if (OWN_YAML.test(text) && !text.trimStart().startsWith('{')) {
      checkNesting(file, text)
      this.own.push(path)
      return
    }
    if (STATE.test(text.slice(0, STATE_HEAD))) {
      checkNesting(file, text)
      const resources = resourcesOfState(jsonOf(text), file)
      if (resources !== undefined) {
        this.files.push(path)
        readResources(
          resources.filter(({ type }) => isRuleResource(type) || isContextResource(type)),
          this.found
        )
        return
      }
    }
    const document = parseWithPlaces(file, text)
    if (isOwnDocument(document)) {
      this.own.push(path)
      return
    }
    this.files.push(path)
    this.documents.read(file, document)
  }

  finish(): Imported {
    this.documents.finish()
    const { rules, leftOut, warnings, zones } = this.found
    const broken = [...this.broken, ...this.documents.broken]
    const { own, files, ownPositions, rulesAfter } = this
    return { rules, leftOut, broken, warnings, zones, own, files, ownPositions, rulesAfter }
  }
}

/**
 * Reads files and folders with Cloudflare's rules: documents of the API, recorded exchanges, Terraform and OpenTofu folders, plans and
 * states. It detects the format from the content.
 *
 * @throws EdgeError `file_not_found`
 */
export const importRules = (paths: readonly string[], options: ImportOptions = {}): Imported => {
  const run = new Import(options)
  for (const path of paths) run.path(path)
  return run.finish()
}
