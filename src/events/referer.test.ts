import { expect, test } from 'vitest'
import { refererOf } from './referer.ts'

test.each([
  ['https://shop.test/a?b=c', 'https', 'shop.test', '/a', '?b=c'],
  ['HTTP://Shop.test:8080', 'http', 'Shop.test:8080', '', ''],
  ['https://[2001:db8::1]:8443/?#top', 'https', '[2001:db8::1]:8443', '/', '?'],
  ['https://ann:secret@shop.test/a', 'https', 'shop.test', '/a', ''],
  ['https://a@b@shop.test/', 'https', 'shop.test', '/', ''],
  ['android-app://com.example/', 'android-app', 'com.example', '/', ''],
  ['/a/b?c', '', '', '/a/b', '?c'],
  ['not a URL', '', '', 'not a URL', ''],
  ['', '', '', '', ''],
])('%s', (header, scheme, host, path, query) => {
  expect(refererOf(header)).toEqual({ scheme, host, path, query })
})
