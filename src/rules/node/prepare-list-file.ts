import { EdgeError } from '../../error.ts'
import type { ListKind } from '../../lists/kind.ts'
import type { PreparedList } from '../../lists/named.ts'
import { prepareList } from '../../lists/named.ts'
import { readListFile } from './list-file.ts'

export interface ListQuestion {
  readonly file: string
  readonly kind: ListKind | undefined
}

/** No list: the file has an error. Reading it once more, beside its document, gives the place and the message. */
export type ListReply = { readonly list: PreparedList; readonly size: number } | undefined

/** The list's own name is of no matter: only messages have it. */
const ANY_NAME = 'list'

/** A list as it goes from thread to thread. */
export const prepareListFile = ({ file, kind }: ListQuestion): ListReply => {
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
