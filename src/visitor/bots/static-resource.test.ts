import { expect, test } from 'vitest'
import { isStaticResource } from './static-resource.ts'

test.each([
  ['/favicon.ico', true],
  ['/a/b/app.min.js', true],
  ['/font.WOFF2', true],
  ['/x.torrent', true],
  ['/robots.txt', true],
  ['/.well-known/acme-challenge/token', true],
  ['/.well-known/', true],
  ['/a.css', true],
  ['/', false],
  ['', false],
  ['/index.html', false],
  ['/feed.xml', false],
  ['/data.json', false],
  ['/js', false],
  ['/a.css/b', false],
  ['/a.css.php', false],
  ['/.well-known', false],
  ['/x/.well-known/y', false],
  [`/${'a'.repeat(65_536)}.png`, true],
])('%s: %s', (path, expected) => {
  expect(isStaticResource(path)).toBe(expected)
})
