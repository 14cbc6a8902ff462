import { expect, test } from 'vitest'
import type { Rule } from '../rules/rule.ts'
import { searchHref } from './search.ts'

const KNOWN = '8f3c2d1e0a9b7c65'
const OTHER = '0f3c2d1e0a9b7c65'
const store = {
  find: async (ray: string) =>
    ray === KNOWN
      ? { found: true as const, events: [{} as never] as [never] }
      : { found: false as const, reason: 'not_in_store' as const, message: '' },
}
const rules = [{ id: 'no-scripts', name: 'No scripts' }] as Rule[]
const PAGE = `<html><body><h1>Access denied</h1><p>Error code: 1020</p><footer>Ray ID: <strong>${KNOWN}</strong></footer></body></html>`

test.each([
  ['', '/events'],
  [KNOWN, `/events/${KNOWN}`],
  [` ${KNOWN.toUpperCase()}-AMS `, `/events/${KNOWN.toUpperCase()}-AMS`],
  [OTHER, `/events/${OTHER}`],
  ['192.0.2.1', '/events?ip.is=192.0.2.1&since=30d'],
  ['2001:db8::1', '/events?ip.is=2001%3Adb8%3A%3A1&since=30d'],
  ['192.0.2.0/24', '/events?ip.inNetwork=192.0.2.0%2F24&since=30d'],
  ['AS 64496', '/events?asn.is=64496&since=30d'],
  ['no SCRIPTS', '/events?rule.id.is=no-scripts&since=30d'],
  ['no-scripts', '/events?rule.id.is=no-scripts&since=30d'],
  [`Hello, I cannot get in.\nIt says ${OTHER} and ${KNOWN}. Regards`, `/events/${KNOWN}`],
  [`I see Ray ID ${OTHER}`, `/events/${OTHER}`],
  [PAGE, `/events/${KNOWN}`],
  [
    `HTTP/2 403\r\nserver: cloudflare\r\ncf-ray: ${KNOWN}-AMS\r\n\r\nerror code: 1020`,
    `/events/${KNOWN}`,
  ],
  [`{"error_code":1020,"ray_id":"${KNOWN}","cloudflare_error":true}`, `/events/${KNOWN}`],
  ['my address is 198.51.100.7, let me in', '/events?ip.is=198.51.100.7&since=30d'],
  ['from 2001:db8::7 please', '/events?ip.is=2001%3Adb8%3A%3A7&since=30d'],
  ['wp-login', '/events?text=wp-login&since=30d'],
  ['version 1.2.3.4.5 at 10:15:02', '/events?text=version+1.2.3.4.5+at+10%3A15%3A02&since=30d'],
  ['<script>alert(1)</script>', '/events?text=%3Cscript%3Ealert%281%29%3C%2Fscript%3E&since=30d'],
  ['//evil.test', '/events?text=%2F%2Fevil.test&since=30d'],
  ['a\r\nLocation: //evil.test', '/events?text=a+Location%3A+%2F%2Fevil.test&since=30d'],
])('%j leads to %s', async (text, href) => {
  expect(await searchHref(text, store, rules)).toBe(href)
})
