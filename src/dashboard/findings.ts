import { statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { readPageFile } from '../answers/node/own-page-file.ts'
import type { LoadOptions } from '../import/node/load.ts'
import type { Finding } from '../lint/finding.ts'
import { lintPaths } from '../lint/node/lint-paths.ts'
import { listFilePath, readListFile } from '../rules/node/list-file.ts'

const stateOf = (path: string): string => {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return `${path} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch {
    return path
  }
}
const statesOf = (paths: Iterable<string>): string => [...paths].map(stateOf).join('\n')

/**
 * Returns the findings of `edge1020 lint`. An analysis of a few hundred rules takes a second, in which visitors get no
 * answers. The analysis is therefore repeated only after a file changed or appeared in a folder of the rules.
 */
export const createFindings = (
  paths: readonly string[],
  loading: LoadOptions
): (() => readonly Finding[]) => {
  const { readList = readListFile, readPage = readPageFile } = loading
  let known: { readonly read: ReadonlySet<string>; state: string; findings: readonly Finding[] }
  known = { read: new Set(), state: 'never', findings: [] }
  return () => {
    if (statesOf(known.read) === known.state) return known.findings
    const read = new Set(paths)
    // Read before the files: the next call notices a change during the reading.
    const states = new Map<string, string>()
    const note = (path: string) => {
      read.add(path)
      states.set(path, stateOf(path))
    }
    for (const path of paths) note(path)
    const { findings, files } = lintPaths(paths, {
      ...loading,
      readList: (path, from, kind) => {
        note(listFilePath(path, from))
        return readList(path, from, kind)
      },
      readPage: (path, from) => {
        note(listFilePath(path, from))
        return readPage(path, from)
      },
    })
    for (const file of files) {
      note(file)
      for (const path of paths) {
        if (resolve(file).startsWith(resolve(path) + sep)) note(dirname(file))
      }
    }
    known = { read, state: [...read].map((path) => states.get(path)!).join('\n'), findings }
    return findings
  }
}
