// HashiCorp's own parser, as WebAssembly, takes and refuses the same texts, and reads the same blocks, attributes and literals.
import { readFileSync } from 'node:fs'
import { parse } from '@cdktn/hcl2json'
import { expect, test } from 'vitest'
import { parseBody } from './parse.ts'
import { SourceText, SyntaxProblem } from './text.ts'
import type { Body, Expression } from './tree.ts'

const corpus = readFileSync(new URL('./corpus.txt', import.meta.url), 'utf8')
  .replace(/\n$/, '')
  .split(/\n---\n/)

/** What a literal is worth; `undefined` for what has to be evaluated. */
const literal = (expression: Expression): unknown => {
  if (expression.kind === 'literal') return expression.value
  if (expression.kind === 'tuple') {
    const items = expression.items.map(literal)
    return items.includes(undefined) ? undefined : items
  }
  if (expression.kind !== 'object') return undefined
  const entries = expression.entries.map(({ key, value }) => [literal(key), literal(value)])
  return entries.flat().includes(undefined) ? undefined : Object.fromEntries(entries)
}

/** Their shape of blocks: the labels are keys, and blocks of the same labels stand in a list. */
const shaped = ({ attributes, blocks }: Body): Record<string, unknown> => {
  const shape: Record<string, unknown> = {}
  for (const [name, { expression }] of attributes) shape[name] = literal(expression)
  for (const { type, labels, body } of blocks) {
    let into = shape
    for (const key of [type, ...labels].slice(0, -1)) {
      into[key] ??= {}
      into = into[key] as Record<string, unknown>
    }
    const last = [type, ...labels].at(-1)!
    into[last] ??= []
    const list = into[last] as unknown[]
    list.push(shaped(body))
  }
  return shape
}

/** Theirs as far as it can be compared: they keep what has to be evaluated, brackets and escapes of templates as they are written. */
const comparable = (theirs: unknown, ours: unknown): unknown => {
  if (ours === undefined) return undefined
  if (typeof theirs === 'string') {
    const isKept = typeof ours !== 'string' && theirs.startsWith('${')
    return isKept ? ours : theirs.replaceAll('$${', '${').replaceAll('%%{', '%{')
  }
  if (Array.isArray(theirs)) {
    return theirs.map((item, i) => comparable(item, (ours as unknown[])?.[i]))
  }
  if (typeof theirs !== 'object' || theirs === null) return theirs
  return Object.fromEntries(
    Object.entries(theirs).map(([key, item]) => [
      key,
      comparable(item, (ours as Record<string, unknown>)?.[key]),
    ])
  )
}

test.each(corpus.map((text) => [text] as const))('%j', async (text) => {
  let theirs: unknown
  try {
    theirs = await parse('a.tf', `${text}\n`)
  } catch {
    expect(() => parseBody(new SourceText('a.tf', `${text}\n`))).toThrow(SyntaxProblem)
    return
  }
  const ours = shaped(parseBody(new SourceText('a.tf', `${text}\n`)))
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs as object).sort())
  expect(comparable(theirs, ours)).toEqual(ours)
})
