import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { heading, table } from './markdown.ts'

interface Option {
  readonly name: string
  /** As the source has it. */
  readonly type: string
  readonly isOptional: boolean
  /** What the comment above it says. */
  readonly comment: string
}

const sourceOf = (root: string, file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)

const interfaceOf = (source: ts.SourceFile, name: string): ts.InterfaceDeclaration => {
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name
  )
  if (found === undefined) throw new Error(`no interface ${name} in ${source.fileName}`)
  return found
}

const commentOf = (member: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(member)
    .filter(ts.isJSDoc)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()

const isUndefined = (text: string) => text.trim() === 'undefined'

const optionsOf = (members: ts.NodeArray<ts.TypeElement>, prefix: string): Option[] =>
  members.flatMap((member): Option[] => {
    if (!ts.isPropertySignature(member) && !ts.isMethodSignature(member)) return []
    const name = `${prefix}${member.name.getText()}`
    const isOptional = member.questionToken !== undefined
    const { type } = member
    const own = {
      name,
      isOptional,
      comment: commentOf(member),
      type: (type?.getText() ?? '').replace(/\s+/g, ' '),
    }
    // The members of an object that is written in place are options of their own.
    if (type !== undefined && ts.isTypeLiteralNode(type)) {
      return [{ ...own, type: 'object' }, ...optionsOf(type.members, `${name}.`)]
    }
    if (type !== undefined && ts.isUnionTypeNode(type)) {
      const parts = type.types.map((part) => part.getText().replace(/\s+/g, ' '))
      return [{ ...own, type: parts.filter((part) => !isUndefined(part)).join(' | ') }]
    }
    return [own]
  })

/** The options of an interface. */
const read = (root: string, file: string, name: string, prefix = ''): Option[] =>
  optionsOf(interfaceOf(sourceOf(root, file), name).members, prefix)

const named = (options: readonly Option[], names: readonly string[]): Option[] =>
  options.filter(({ name }) => !names.includes(name))

const optionTable = (options: readonly Option[]): string =>
  table(
    ['option', 'type', ''],
    options
      .toSorted((x, y) => Number(x.isOptional) - Number(y.isOptional))
      .map(({ name, type, isOptional, comment }) => [
        `\`${name}\`${isOptional ? '' : ' (required)'}`,
        `\`${type}\``,
        comment,
      ])
  )

/** Every option of an edge: those that both entries have, and each entry's own. */
export interface EdgeOptionTables {
  readonly common: readonly Option[]
  readonly node: readonly Option[]
  readonly web: readonly Option[]
  readonly answers: readonly Option[]
  readonly hono: readonly Option[]
}

export const readOptions = (root: string): EdgeOptionTables => {
  const node = read(root, 'src/node.ts', 'Options')
  const web = read(root, 'src/index.ts', 'Options')
  const all = [
    ...read(root, 'src/edge-options.ts', 'EdgeOptions'),
    ...read(root, 'src/visitor/provides.ts', 'Sources'),
  ]
  // `ruleset` is what both entries make of `rules`.
  const common = named(all, [
    'ruleset',
    ...node.map(({ name }) => name),
    ...web.map(({ name }) => name),
  ])
  const own = named(all, ['ruleset', ...common.map(({ name }) => name)])
  return {
    common,
    node,
    web: [
      ...web,
      ...named(
        own,
        web.map(({ name }) => name)
      ),
    ],
    answers: read(root, 'src/answers/answer.ts', 'AnswerOptions', 'answers.'),
    hono: read(root, 'src/mount/hono.ts', 'HonoMountOptions'),
  }
}

const INTRODUCTION = `
\`createEdge(options)\` and the mounts \`edge1020(options)\` (Hono) and \`nodeMiddleware(options)\` take the same options. A misspelt
option or a value of the wrong kind causes an \`EdgeError\` with the code \`invalid_option\`.
`

/** docs/options.md: every option with its type and the comment above it. */
export const writeOptions = async (root: string): Promise<string> => {
  const { common, node, web, answers, hono } = readOptions(root)
  return [
    heading('Options of createEdge', 'the interfaces in src/'),
    INTRODUCTION,
    `\n## On every runtime\n\n${optionTable(common)}`,
    `\n## On Node (\`edge1020/node\`)\n\n${optionTable(node)}`,
    `\n## On other runtimes (\`edge1020\`)\n\n${optionTable(web)}`,
    `\n## Answers\n\n${optionTable(answers)}`,
    `\n## Only for Hono\n\n${optionTable(hono)}`,
  ].join('')
}
