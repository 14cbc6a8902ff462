import { readFileSync } from 'node:fs'
import { EdgeError } from '../../error.ts'
import type { Personas } from '../../visitor/persona.ts'
import { readPersonas } from '../personas.ts'

const read = (file: string) => {
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) }
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'it is not UTF-8'
          : message
    throw new EdgeError('file_not_found', `personas "${file}": ${reason}: expected YAML or JSON`, {
      cause,
    })
  }
}

/**
 * Reads persona files over the built-in ones.
 *
 * @throws EdgeError `file_not_found`, `invalid_personas`
 * @example readPersonaFiles(['personas.yaml']).names
 */
export const readPersonaFiles = (files: readonly string[]): Personas =>
  readPersonas(files.map(read))
