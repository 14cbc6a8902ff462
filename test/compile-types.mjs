/**
 * Type-checks each project of a folder in one process, which reads the compiler's and the packages' types once.
 *
 * Usage: node test/compile-types.mjs FOLDER       prints JSON: project → what the compiler says, empty where it is content
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** Files that a reference or an option reads in another way are read again. */
const read = new Map()

const hostOf = (options) => {
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getSourceFile = (file, language, ...more) => {
    const key = JSON.stringify([file, language])
    if (!read.has(key)) read.set(key, getSourceFile.call(host, file, language, ...more))
    return read.get(key)
  }
  return host
}

const FORMAT = {
  getCanonicalFileName: (file) => file,
  getCurrentDirectory: () => '/',
  getNewLine: () => '\n',
}

const complaintsOf = (path) => {
  const file = join(path, 'tsconfig.json')
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile)
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(
    config,
    ts.sys,
    path,
    undefined,
    // Packages of types are searched from here.
    file
  )
  const program = ts.createProgram(fileNames, options, hostOf(options))
  const found = [...(error ? [error] : []), ...errors, ...ts.getPreEmitDiagnostics(program)]
  return ts.formatDiagnostics(found, FORMAT)
}

const [folder] = process.argv.slice(2)
const projects = readdirSync(folder)
console.log(
  JSON.stringify(
    Object.fromEntries(projects.map((name) => [name, complaintsOf(join(folder, name))]))
  )
)
