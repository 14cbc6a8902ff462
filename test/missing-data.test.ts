// An installation without the packages of countries: `npm install --omit=optional` leaves geoip-lite out, and a bundle may lose the other.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ROOT } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-missing-'))
afterAll(() => rmSync(folder, { recursive: true }))

const COUNTRIES = '@ip-location-db'
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const PACKAGE = '@ip-location-db/geo-whois-asn-country-mmdb'
const PINNED = `${PACKAGE}@${dependencies[PACKAGE]}`

/** The built package with all that is installed, but for these packages. */
const installation = (name: string, without: readonly string[]) => {
  const root = join(folder, name)
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'))
  for (const one of readdirSync(join(ROOT, 'node_modules'))) {
    if (one.startsWith('.') || without.includes(one)) continue
    symlinkSync(join(ROOT, 'node_modules', one), join(root, 'node_modules', one))
  }
  writeFileSync(
    join(root, 'country.yaml'),
    'rules:\n  - { name: country, expression: ip.src.country eq "KP", action: block }\n'
  )
  const node = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
    })
    return { code: status, out: stdout, err: stderr }
  }
  return {
    doctor: (...args: string[]) => {
      const { code, out } = node('dist/cli/main.js', 'doctor', '--json', ...args)
      const list: { level: string; what: string; text: string }[] = JSON.parse(out).findings
      return { code, countries: list.filter(({ what }) => what === 'country data'), list }
    },
    createEdge: () =>
      node(
        '--input-type=module',
        '-e',
        `import { createEdge } from './dist/node.js'
try {
  const edge = createEdge({ rules: 'country.yaml', store: 'memory' })
  const remoteAddress = '175.45.176.1'
  console.log((await edge.judge(new Request('http://a.test/'), { remoteAddress })).action)
  await edge.close()
} catch (error) {
  console.log(error.code, error.message)
}`
      ),
  }
}

describe('neither package of countries is installed', () => {
  const { doctor, createEdge } = installation('neither', [COUNTRIES, 'geoip-lite'])

  test('doctor reports it as broken, and names the package', () => {
    const { code, countries, list } = doctor()
    expect(code).toBe(1)
    expect(countries).toEqual([
      { level: 'error', what: 'country data', text: expect.stringContaining(PINNED) },
    ])
    // The others are told all the same.
    expect(list.map(({ what }) => what)).toEqual(expect.arrayContaining(['ASN data', 'bots']))
  })

  test('an edge whose rules read countries does not start, and names the package', () => {
    const { out } = createEdge()
    expect(out).toMatch(/^geo_failed country data is missing: /)
    expect(out).toContain(`\`npm install ${PINNED}\``)
  })
})

test('geoip-lite alone gives the countries', () => {
  const { doctor, createEdge } = installation('geoip-lite', [COUNTRIES])
  const { code, countries } = doctor()
  expect(code).toBe(0)
  expect(countries[0]).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/^geoip-lite, 2023/),
  })
  expect(createEdge().out).toBe('block\n')
})

test('geoip-lite by its name is told where it is missing', () => {
  const { doctor } = installation('named', ['geoip-lite'])
  const { code, countries, list } = doctor('--geo', 'geoip-lite')
  expect(code).toBe(1)
  expect(list).toContainEqual({
    level: 'error',
    what: '--geo',
    text: expect.stringContaining('`npm install geoip-lite@1.4.10`'),
  })
  expect(countries.map(({ level }) => level)).toEqual(['ok'])
})
