import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Scope } from '../evaluate.ts'
import { evaluate } from '../evaluate.ts'
import { EvaluationProblem, LimitProblem } from '../problem.ts'
import { parseTemplate } from '../syntax/parse.ts'
import { SourceText, SyntaxProblem } from '../syntax/text.ts'
import type { Value } from '../values.ts'
import { describe, isObject, setOf, toText } from '../values.ts'
import { type Functions, of } from './function.ts'

const MAX_TEMPLATE_DEPTH = 10

const path = (run: (path: string, scope: Scope) => Value) =>
  of(1, ([value], scope, name) => run(toText(value!, `\`${name}\``), scope))

const hash = (algorithm: string, encoding: 'hex' | 'base64') =>
  path((file, { files }) => createHash(algorithm).update(files.read(file)).digest(encoding))

const template = (file: string, names: Value, scope: Scope): Value =>
  rendered(file, scope.files.read(file), names, scope)

const rendered = (file: string, text: string, names: Value, scope: Scope): Value => {
  if (!isObject(names)) {
    throw new EvaluationProblem(
      `\`templatefile\`: expected an object of variables, found ${describe(names)}`
    )
  }
  const depth = (scope.templateDepth ?? 0) + 1
  if (depth > MAX_TEMPLATE_DEPTH) {
    throw new LimitProblem(`templates are nested more than ${MAX_TEMPLATE_DEPTH} levels deep`)
  }
  try {
    // A template can only use its own variables, not the module's.
    return evaluate(parseTemplate(new SourceText(file, text)), {
      variable: (name) => names.get(name),
      functions: scope.functions,
      files: scope.files,
      budget: scope.budget,
      templateDepth: depth,
    })
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      throw new EvaluationProblem(
        `\`templatefile\`: ${file}:${error.at.source.line(error.at.offset)}: ${error.message}`
      )
    }
    throw error
  }
}

export const fileFunctions: Functions = {
  abspath: path((file) => posix.normalize(file)),
  basename: path((file) => posix.basename(file) || (file === '' ? '.' : '/')),
  dirname: path((file) => posix.dirname(file)),
  file: path((file, { files }) => files.read(file)),
  filebase64sha256: hash('sha256', 'base64'),
  filebase64sha512: hash('sha512', 'base64'),
  filemd5: hash('md5', 'hex'),
  filesha1: hash('sha1', 'hex'),
  filesha256: hash('sha256', 'hex'),
  filesha512: hash('sha512', 'hex'),
  filebase64: path((file, { files }) => Buffer.from(files.read(file)).toString('base64')),
  fileexists: path((file, { files }) => files.exists(file)),
  fileset: of(2, ([folder, pattern], { files }) =>
    setOf(files.matching(toText(folder!, '`fileset`'), toText(pattern!, '`fileset`')))
  ),
  pathexpand: path((file) => file),
  templatestring: {
    ...of(2, ([text, names], scope) =>
      rendered('a template', toText(text!, '`templatestring`'), names!, scope)
    ),
    takesPartlyUnknown: true,
  },
  templatefile: {
    ...of(2, ([file, names], scope) => template(toText(file!, '`templatefile`'), names!, scope)),
    takesPartlyUnknown: true,
  },
}
