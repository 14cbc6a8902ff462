import { EdgeError } from '../error.ts'
import type { ListKind } from '../lists/kind.ts'
import type { PreparedList } from '../lists/named.ts'
import { prepareList } from '../lists/named.ts'
import { readListFile } from '../rules/node/list-file.ts'

/** The entries of a list file. */
export interface PreparedFile {
  readonly list: PreparedList
  readonly size: number
}

/** Only messages show the name of a list. */
const ANY_NAME = 'list'

/** Prepares the entries of a list file; `undefined` for a file with an error. The reader of its document reports the place. */
export const prepareListFile = (
  file: string,
  kind: ListKind | undefined
): PreparedFile | undefined => {
  try {
    const read = readListFile(file, '')
    if (!('entries' in read)) return undefined
    const items = read.entries.map(({ text }) => text)
    const list = prepareList(ANY_NAME, kind === undefined ? items : { kind, items })
    return { list, size: items.length }
  } catch (error) {
    if (error instanceof EdgeError) return undefined
    throw error
  }
}
