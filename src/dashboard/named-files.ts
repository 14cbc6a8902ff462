import { realpathSync, statSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { readPageFile } from '../answers/node/own-page-file.ts'
import { EdgeError } from '../error.ts'
import type { LoadOptions } from '../import/node/load.ts'
import { draftsInPaths } from '../import/node/load.ts'
import { Findings } from '../rules/findings.ts'
import { readListFile } from '../rules/node/list-file.ts'

type Readers = Required<Pick<LoadOptions, 'readList' | 'readPage'>>

const readersOf = ({ readList = readListFile, readPage = readPageFile }: LoadOptions): Readers => ({
  readList,
  readPage,
})

const fileOf = (path: string, from: string): string =>
  resolve(from === '' ? '.' : dirname(from), path)

/** Returns the list files and pages that the documents on disk name. */
const namedIn = (paths: readonly string[], loading: LoadOptions): Set<string> => {
  const named = new Set<string>()
  const { readList, readPage } = readersOf(loading)
  draftsInPaths(paths, new Findings(), {
    ...loading,
    readList: (path, from, kind) => {
      named.add(fileOf(path, from))
      return readList(path, from, kind)
    },
    readPage: (path, from) => {
      named.add(fileOf(path, from))
      return readPage(path, from)
    },
  })
  return named
}

/** Returns true if a path leads to a plain file in the folder. Opening a pipe would wait for its writer. */
const isPlainFileIn = (folder: string, file: string): boolean => {
  try {
    const inside = relative(realpathSync(folder), realpathSync(file)).split(sep)
    return inside.every((name) => !name.startsWith('.')) && statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * Reads files that a form names. Messages about a list quote its lines, so a form without limits could read any file. A
 * form may name plain files in its document's folder, except hidden files, and files that documents on disk already
 * name.
 */
export const readersForForms = (paths: readonly string[], loading: LoadOptions): Readers => {
  const readers = readersOf(loading)
  let named: Set<string> | undefined
  /** Returns why the form may not name the file. */
  const refusal = (path: string, from: string): string | undefined => {
    const file = fileOf(path, from)
    if (isPlainFileIn(dirname(from), file)) return undefined
    named ??= namedIn(paths, loading)
    return named.has(file)
      ? undefined
      : `"${path}": expected a file in the folder of the rule document, or one that a document on the disk already names; to name another file, edit the document itself`
  }
  return {
    readList: (path, from, kind) => {
      const refused = refusal(path, from)
      if (refused !== undefined) throw new EdgeError('invalid_list', refused)
      return readers.readList(path, from, kind)
    },
    readPage: (path, from) => {
      const refused = refusal(path, from)
      if (refused !== undefined) throw new EdgeError('invalid_page', refused)
      return readers.readPage(path, from)
    },
  }
}
