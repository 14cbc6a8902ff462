import { EdgeError } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import type { Personas } from '../../visitor/persona.ts'
import { readPersonas } from '../personas.ts'

const read = (file: string) => ({
  file,
  text: readTextFile(file, (reason, cause) => {
    const message = `personas "${file}": ${reason}: expected YAML or JSON`
    return new EdgeError('file_not_found', message, { cause })
  }),
})

/**
 * Reads persona files over the built-in ones.
 *
 * @throws EdgeError `file_not_found`, `invalid_personas`
 * @example readPersonaFiles(['personas.yaml']).names
 */
export const readPersonaFiles = (files: readonly string[]): Personas =>
  readPersonas(files.map(read))
