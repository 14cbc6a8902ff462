import { expect, test } from 'vitest'
import { isSoundHost } from './host.ts'

const isSound = (host: string) =>
  isSoundHost({ rawHeaders: ['Host', host], httpVersion: '1.1' } as Parameters<
    typeof isSoundHost
  >[0])

test.each(['a.test', 'a.test.', 'a.test:', 'a.test:80', 'a.test.:80', '[::1]', '[::1]:80', ''])(
  'Host %j is sound',
  (host) => expect(isSound(host)).toBe(true)
)

test.each([
  'a.test:x',
  'a.test:80a',
  'a.test:80:80',
  'a.test:-1',
  'a.test::',
  'a.test..',
  'a.test..:80',
  '::1',
  '[::1',
  '[::1]x',
  '[::1]:x',
  'a[::1]',
])('Host %j is not', (host) => expect(isSound(host)).toBe(false))
