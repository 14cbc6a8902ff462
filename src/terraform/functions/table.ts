import { Unknown } from '../values.ts'
import { collectionFunctions } from './collections.ts'
import { encodingFunctions } from './encoding.ts'
import { fileFunctions } from './files.ts'
import type { Functions, TerraformFunction } from './function.ts'
import { networkFunctions } from './network.ts'
import { numberFunctions } from './numbers.ts'
import { stringFunctions } from './strings.ts'
import { timeFunctions } from './times.ts'
import { typeFunctions } from './types.ts'

/** Functions whose result changes with each run or compiler, or that depend on a secret. It is unknown before a run. */
const UNKNOWABLE = ['base64gzip', 'bcrypt', 'plantimestamp', 'rsadecrypt', 'timestamp', 'uuid']

const unknowable = (name: string): TerraformFunction => ({
  min: 0,
  max: Number.POSITIVE_INFINITY,
  takesUnknown: true,
  run: () => new Unknown(`${name}()`),
})

/**
 * Terraform's functions that only access files of the folder.
 *
 * Source: https://developer.hashicorp.com/terraform/language/functions
 */
export const functions: Functions = {
  ...numberFunctions,
  ...stringFunctions,
  ...collectionFunctions,
  ...encodingFunctions,
  ...typeFunctions,
  ...networkFunctions,
  ...fileFunctions,
  ...timeFunctions,
  ...Object.fromEntries(UNKNOWABLE.map((name) => [name, unknowable(name)])),
}
