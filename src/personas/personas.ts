import { EdgeError } from '../error.ts'
import { Findings } from '../rules/findings.ts'
import { MAX_DOCUMENT_CHARACTERS } from '../rules/limits.ts'
import type { Node } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import { ObjectReader } from '../rules/plain.ts'
import { Reader } from '../rules/reader.ts'
import { renderDiagnostics } from '../rules/report.ts'
import { Source } from '../rules/source.ts'
import { parseYaml } from '../rules/yaml.ts'
import type { Persona, Personas } from '../visitor/persona.ts'
import { DOCUMENT_KEYS } from './keys.ts'
import { near } from './near.ts'
import type { Draft } from './persona.ts'
import { readPersona } from './persona.ts'
import table from './personas.json' with { type: 'json' }

/** One file of personas, YAML or JSON: `file` is the name that messages use. */
export interface PersonaSource {
  file: string
  text: string
}

const BYTE_ORDER_MARK = '\ufeff'

/** Neither in YAML nor in JSON is there anything in it. */
const isBlank = (text: string) => text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))

const parse = ({ file, text }: PersonaSource, findings: Findings): Node | undefined => {
  const source = new Source(file, text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  const refuse = (code: string, message: string, help?: string): undefined => {
    findings.report('error', {}, () => source.span(0, 1), code, message, help)
  }
  if (text.length > MAX_DOCUMENT_CHARACTERS) {
    const message = `the file has ${text.length} characters: expected at most ${MAX_DOCUMENT_CHARACTERS}`
    return refuse('too_large', message)
  }
  return isBlank(source.text)
    ? refuse('empty_document', 'the file is empty', 'the smallest one is `personas: []`')
    : parseYaml(source, findings)
}

const readItems = (node: Node, reader: Reader): Draft[] => {
  if (node.kind === 'list') return node.items.flatMap((item) => readPersona(item, reader) ?? [])
  const help = 'each item starts with `- name: `'
  reader.wrongType(node, 'a list of personas', help)
  return []
}

const readDocument = (node: Node, reader: Reader): Draft[] => {
  const help = node.kind === 'list' ? 'put the list below `personas:`' : undefined
  const map = reader.map(node, 'a mapping with `personas:`', help)
  if (map === undefined) return []
  const { found, meant } = reader.entries(map, DOCUMENT_KEYS, 'the file')
  if (found.$schema !== undefined) reader.text(found.$schema.value, 'the address of the schema')
  if (found.personas !== undefined) return readItems(found.personas.value, reader)
  if (!meant.has('personas')) {
    reader.findings.error(map.place, 'missing_key', 'the file has no `personas`')
  }
  return []
}

/** A name means one visitor: of two, the later would silently take the earlier one's place. */
const checkNames = (drafts: readonly Draft[], findings: Findings) => {
  const first = new Map<string, Draft>()
  for (const draft of drafts) {
    const { name } = draft.persona
    const earlier = first.get(name)
    if (earlier === undefined) {
      first.set(name, draft)
      continue
    }
    const { file, line } = earlier.namePlace.span()
    const message = `the persona ${inBackticks(name)} is already defined at ${file}:${line}`
    findings.error(draft.namePlace, 'duplicate_name', message)
  }
}

const refuse = (findings: Findings, files: readonly string[]): EdgeError => {
  const diagnostics = findings.inSourceOrder(files)
  const { length } = diagnostics
  const number = `${length}${findings.isFull ? ' or more' : ''}`
  const count = number === '1' ? '1 problem' : `${number} problems`
  const message = `${renderDiagnostics(diagnostics)}\n\n${count} in the persona files: nothing was loaded`
  return new EdgeError('invalid_personas', message, { diagnostics })
}

let builtIn: readonly Persona[] | undefined

/** Read when first asked for, by the same rules as everybody's. */
const readBuiltIn = (): readonly Persona[] => {
  if (builtIn === undefined) {
    const findings = new Findings()
    const node = new ObjectReader(findings).read(table.personas, 'personas')
    const drafts = readItems(node, new Reader(findings))
    if (findings.hasErrors) throw refuse(findings, [])
    builtIn = drafts.map(({ persona }) => persona)
  }
  return builtIn
}

/**
 * Reads persona files over the built-in ones; a persona of the same name takes the built-in one's place. All or nothing:
 * all problems of all files are reported at once.
 *
 * @throws EdgeError `invalid_personas`; `diagnostics` for programs, `message` is the whole report for people
 * @example
 * const personas = readPersonas([{ file: 'personas.yaml', text: 'personas: [{ name: office, ip: 203.0.113.7 }]' }])
 * personas.get('curl-hetzner')?.asn // 24940
 */
export const readPersonas = (sources: readonly PersonaSource[] = []): Personas => {
  const findings = new Findings()
  const reader = new Reader(findings)
  const drafts = sources.flatMap((source) => {
    const node = parse(source, findings)
    return node === undefined ? [] : readDocument(node, reader)
  })
  checkNames(drafts, findings)
  if (findings.hasErrors) {
    throw refuse(
      findings,
      sources.map(({ file }) => file)
    )
  }
  const all = [...readBuiltIn(), ...drafts.map(({ persona }) => persona)]
  const byName = new Map(all.map((persona) => [persona.name, persona]))
  const names = [...byName.keys()].sort()
  return { get: (name) => byName.get(name), names, near: (name) => near(name, names) }
}
