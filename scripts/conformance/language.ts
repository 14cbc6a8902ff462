// What the conformance script needs of the language; not part of the package.
import { wholeLanguage } from '../../src/language/whole.ts'

export { compile } from '../../src/language/compile.ts'
export { defaultScheme } from '../../src/language/defaults.ts'
export { valueFromJson, valueToJson } from '../../src/language/json.ts'
export { createScheme } from '../../src/language/scheme.ts'
export { arrayOf, BOOL, BYTES, INT, parseType } from '../../src/language/types.ts'
export { evaluateCase } from '../../src/toolkit/eval.ts'

wholeLanguage()
