// Whole folders with what Terraform planned for their outputs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadTerraform } from './load.ts'
import recorded from './plans.json' with { type: 'json' }
import { isUnknown, toJson } from './values.ts'

const root = mkdtempSync(join(tmpdir(), 'edge1020-plans-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Folder {
  name: string
  env: Record<string, string>
  files: Record<string, string>
  outputs: Record<string, unknown>
}

/** Outputs of the root module as resources, as only these are loaded. */
const asResources = (name: string, text: string): string => {
  if (name.includes('/')) return text
  if (!name.endsWith('.tf.json')) {
    return text.replace(/output "(\w+)" \{(\s*)value = /g, 'resource "probe" "$1" {$2value = ')
  }
  const { output, ...others } = JSON.parse(text) as { output: object[] }
  return JSON.stringify({ ...others, resource: { probe: output } })
}

describe.each(recorded.folders as unknown as Folder[])('$name', ({ name, env, files, outputs }) => {
  const folder = join(root, name)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), asResources(file, text))
  }
  const { resources, leftOut, broken } = loadTerraform(folder, {
    isWanted: (type) => type === 'probe',
    env,
  })

  test('loads whole', () => {
    expect([leftOut, broken]).toEqual([[], []])
    expect(resources.map(({ address }) => address).sort()).toEqual(
      Object.keys(outputs)
        .map((key) => `probe.${key}`)
        .sort()
    )
  })

  test.each(Object.entries(outputs))('%s', (key, expected) => {
    const probe = resources.find(({ address }) => address === `probe.${key}`)
    const value = probe?.value('value') ?? null
    expect(isUnknown(value) ? `unknown ${value.what}` : toJson(value)).toEqual(expected)
  })
})
