import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { EdgeError } from '../../src/error.ts'
import { importRules } from '../../src/import/node/import.ts'
import { loadRulePaths } from '../../src/import/node/load.ts'
import { BESIDE } from './corpus.ts'

const SECRET = 'the-secret-beside-the-folder'
const PASSWD = /root:[^\n]*:0:0:/
const PLACE = /:\d+$/

/** A folder with files beside it that no document may read. */
export class Playground {
  readonly #top = mkdtempSync(join(tmpdir(), 'edge1020-documents-'))
  readonly folder = join(this.#top, 'here')

  constructor() {
    mkdirSync(this.folder)
    writeFileSync(join(this.#top, 'secret.txt'), SECRET)
    symlinkSync(join(this.#top, 'secret.txt'), join(this.folder, 'link.txt'))
    for (const [name, text] of Object.entries(BESIDE)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true })
      writeFileSync(join(this.folder, name), text)
    }
  }

  remove(): void {
    rmSync(this.#top, { recursive: true })
  }

  /** What is wrong with the way in which a document is read; `undefined` where nothing is. */
  fault(file: string, text: string): string | undefined {
    const path = join(this.folder, file)
    writeFileSync(path, text)
    try {
      return imported(this.folder, path) ?? loaded(path)
    } finally {
      rmSync(path)
    }
  }
}

const leaks = (said: string): string | undefined =>
  said.includes(SECRET) || PASSWD.test(said) ? 'a file outside of the folder was read' : undefined

const imported = (folder: string, path: string): string | undefined => {
  try {
    const { rules, leftOut, broken, warnings, files } = importRules([path])
    const placeless = [...leftOut, ...broken, ...rules].find(
      ({ source }) => !PLACE.test(source) && !isOfState(path)
    )
    if (placeless !== undefined) return `no place: ${JSON.stringify(placeless)}`
    const outside = files.find((name) => !name.startsWith(folder))
    if (outside !== undefined) return `${outside} was read`
    return leaks(JSON.stringify([rules, leftOut, broken, warnings]))
  } catch (error) {
    return error instanceof EdgeError
      ? leaks(error.message)
      : `a crash: ${String(error)} ${(error as Error).stack}`
  }
}

/** States and plans are not written by hand: their rules have the file as their place. */
const isOfState = (path: string): boolean => /(?:plan\.json|\.tfstate)$/.test(path)

const loaded = (path: string): string | undefined => {
  try {
    const { warnings } = loadRulePaths([path])
    return leaks(JSON.stringify(warnings))
  } catch (error) {
    if (!(error instanceof EdgeError)) return `a crash: ${String(error)} ${(error as Error).stack}`
    const hasPlace = error.code !== 'invalid_rules' || /:\d+/.test(error.message)
    return hasPlace ? leaks(error.message) : `no place: ${error.message}`
  }
}
