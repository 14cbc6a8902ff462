import { createHash } from 'node:crypto'
import { chmodSync, realpathSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EdgeError, messageOf } from '../error.ts'
import type { LoadOptions } from '../import/node/load.ts'
import { draftsInPaths, loadRulePaths } from '../import/node/load.ts'
import { Findings } from '../rules/findings.ts'
import { renderDiagnostics } from '../rules/report.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { Trials, TrialsOptions } from '../toolkit/trial.ts'
import { createTrials } from '../toolkit/trial.ts'
import type { SavedChange } from './history.ts'
import { createHistory } from './history.ts'
import { readersForForms } from './named-files.ts'
import type { RuleThread } from './rule-thread.ts'
import { createRuleThread } from './rule-thread.ts'

/** A document of edge1020's own, with its current text on disk. */
export interface RuleFile {
  readonly file: string
  readonly text: string
  /** The hash of the text. A save names the hash of the text that was edited. */
  readonly hash: string
}

/** Tries and writes rules. A change is both on disk and active, or neither. */
export interface RuleDesk {
  /** @throws EdgeError `file_not_found`, `unreadable` … */
  files(): RuleFile[]
  file(name: string): RuleFile | undefined
  /**
   * Loads the rules with a changed text of one file. Without an argument, it loads the files.
   *
   * @throws EdgeError `invalid_rules` with its diagnostics
   */
  load(changed?: { readonly file: string; readonly text: string }): Ruleset
  /** Finds the mistakes in a text of one file, in a separate thread, so visitors get answers meanwhile. */
  readonly check: RuleThread['check']
  /** The findings of `edge1020 lint` about the rules. */
  readonly findings: RuleThread['findings']
  /** The lists of the documents, with their entries that hold something. */
  readonly held: RuleThread['held']
  /** Lists of feeds and of options. */
  readonly lists: LoadOptions['lists']
  /** Ends that thread. The next question starts another one. */
  readonly endThread: RuleThread['end']
  /** Judges requests by rules, with the data of this edge. */
  trials(ruleset: Ruleset): Trials
  /** @throws EdgeError `edit_conflict` if the file has changed since it was opened, `invalid_rules`, `not_written` */
  save(change: { file: string; text: string; hash: string; what: string }): Promise<void>
  /** The newest first. */
  history(): readonly SavedChange[]
  /**
   * Reverts the newest change.
   *
   * @param seen `afterHash` of the change that the caller has seen
   * @throws EdgeError `edit_conflict` if another change came after that one
   */
  undo(seen?: string): Promise<SavedChange | undefined>
}

export interface DeskOptions {
  /** As for `loadRulePaths`. */
  readonly paths: readonly string[]
  readonly loading: LoadOptions
  readonly trials: Omit<TrialsOptions, 'ruleset'>
  /** Reads the files again and activates their rules. */
  readonly reload: () => Promise<void>
  readonly now?: () => number
  /** Where the changes for undo survive a restart. */
  readonly historyFile?: string | undefined
  /** Gets errors of reading and writing them. */
  readonly onError?: (error: Error) => void
}

const HASH_CHARS = 16

export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS)

/** Writes the whole file or nothing, under its own name. A symbolic link stays one. */
const write = (file: string, text: string) => {
  const target = realpathSync(file)
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`)
  try {
    writeFileSync(part, text, { flush: true })
    chmodSync(part, statSync(target).mode)
    renameSync(part, target)
  } catch (error) {
    try {
      unlinkSync(part)
    } catch {
      // The temporary file does not exist.
    }
    throw new EdgeError('not_written', `${file} cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * @example
 * const desk = createDesk({ paths: ['rules/'], loading: {}, trials: {}, reload: reloader.reload })
 * desk.load({ file: 'rules/site.yaml', text }) // throws if the text has mistakes
 */
export const createDesk = ({
  paths,
  loading,
  trials,
  reload,
  now = Date.now,
  historyFile,
  onError = () => {},
}: DeskOptions): RuleDesk => {
  const history = createHistory(historyFile, onError)
  const thread = createRuleThread({ paths, loading })

  const files = (): RuleFile[] =>
    draftsInPaths(paths, new Findings(), loading).own.map(({ file, text }) => ({
      file,
      text,
      hash: hashOf(text),
    }))
  const file = (name: string) => files().find((one) => one.file === name)

  const load: RuleDesk['load'] = (changed) =>
    loadRulePaths(paths, {
      ...loading,
      ...(changed === undefined
        ? {}
        : {
            ...readersForForms(paths, loading),
            replaced: new Map([[changed.file, changed.text]]),
          }),
    })

  /** One change after the other: the second of two simultaneous saves gets a conflict. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(act, act)
    last = turn
    return turn
  }

  const put = async (name: string, text: string, hash: string) => {
    const diagnostics = await thread.check({ file: name, text })
    if (diagnostics.length > 0) {
      throw new EdgeError('invalid_rules', renderDiagnostics(diagnostics), { diagnostics })
    }
    const current = file(name)
    if (current === undefined) {
      throw new EdgeError('edit_conflict', `${name} is no longer a rule document of this edge`)
    }
    if (current.hash !== hash) {
      throw new EdgeError('edit_conflict', `${name} has changed since: nothing was written`)
    }
    write(name, text)
    try {
      await reload()
    } catch (error) {
      write(name, current.text)
      await reload()
      throw error
    }
    return current
  }

  return {
    files,
    file,
    load,
    check: thread.check,
    findings: thread.findings,
    held: thread.held,
    lists: loading.lists,
    endThread: thread.end,
    trials: (ruleset) => createTrials({ ...trials, ruleset }),
    history: history.changes,
    save: ({ file: name, text, hash, what }) =>
      inTurn(async () => {
        const { text: before } = await put(name, text, hash)
        history.add({ file: name, what, atMs: now(), before, afterHash: hashOf(text) })
      }),
    undo: (seen) =>
      inTurn(async () => {
        const [newest] = history.changes()
        if (newest === undefined) return undefined
        if (seen !== undefined && seen !== newest.afterHash) {
          throw new EdgeError(
            'edit_conflict',
            `"${newest.what}" in ${newest.file} came after the change that you saw: nothing was reverted`
          )
        }
        await put(newest.file, newest.before, newest.afterHash)
        history.drop()
        return newest
      }),
  }
}
