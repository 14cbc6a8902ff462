import { describe, expect, test } from 'vitest'
import type { Rule } from '../rules/rule.ts'
import { raysIn } from './pasted.ts'
import { searchHref } from './search.ts'

const KNOWN = '8f3c2d1e0a9b7c65'
const OTHER = '0f3c2d1e0a9b7c65'
const SECOND = '8f3c2d1e0a9b7c66'
const store = {
  find: async (ray: string) =>
    ray === KNOWN || ray === SECOND
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

/** A visitor's mail, as the owner's mail program shows or forwards it. */
describe('a whole mail is pasted', () => {
  const MAILS: readonly [client: string, mail: string][] = [
    [
      'Gmail, quoted',
      `On Sun, 29 Nov 2026 at 10:15, Ann <ann@mail.test> wrote:\n> Hello,\n> I cannot open your shop. It says:\n>\n> Access denied\n> Error code 1020\n> Ray ID: ${KNOWN}\n> Your IP address: 198.51.100.7`,
    ],
    [
      'Outlook, with a head and brackets',
      `From: Ann Smith <ann@mail.test>\nSent: Sunday, November 29, 2026 10:15 AM\nTo: shop@shop.test\nSubject: RE: blocked\n\nAccess denied [Ray ID: ${KNOWN.toUpperCase()}-FRA] <https://shop.test/>`,
    ],
    [
      'Apple Mail, in German',
      `Am 29.11.2026 um 10:15 schrieb Änne <aenne@mail.test>:\n\n„Zugriff verweigert“, die Ray-ID lautet ${KNOWN} (Frankfurt). Bitte schalten Sie mich frei!`,
    ],
    [
      'Thunderbird, as HTML',
      `<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head><body><blockquote type="cite" cite="mid:0a1b2c3d4e5f6071@mail.test"><p>Ray ID: <b>${KNOWN}</b></p></blockquote></body></html>`,
    ],
    [
      'the source of a mail, broken for the transport',
      `Message-ID: <0a1b2c3d4e5f6071@mail.test>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe page that I see says: Access denied, error code 1020, Ray ID: ${KNOWN.slice(0, 9)}=\r\n${KNOWN.slice(9)} =E2=80=94 please help`,
    ],
    [
      'a phone, with signs that nobody sees',
      `Ray ID \u2068${KNOWN.slice(0, 8)}\u200b${KNOWN.slice(8)}\u2069\n\nSent from my phone`,
    ],
    [
      'a browser that joins lines',
      `Access deniedError code 1020Ray ID: ${KNOWN}Adresse: 198.51.100.7`,
    ],
  ]
  test.each(MAILS)('%s', async (_, mail) => {
    expect(await searchHref(mail, store, rules)).toBe(`/events/${KNOWN}`)
    // A field of one line has no line breaks.
    expect(await searchHref(mail.replace(/\r?\n/g, ' '), store, rules)).toBe(`/events/${KNOWN}`)
  })

  test('two known Ray IDs lead to both events, in the order of the mail', async () => {
    const mail = `First ${OTHER}, then Ray ID ${SECOND}, and today\n> Ray ID: ${KNOWN}`
    expect(await searchHref(mail, store, rules)).toBe(
      `/events?ray.in=${SECOND}&ray.in=${KNOWN}&since=30d`
    )
  })

  test('a labelled unknown Ray ID takes precedence over another number', async () => {
    const mail = `Message-ID: <0a1b2c3d4e5f6071@mail.test>\n\nRay ID: ${OTHER}`
    expect(await searchHref(mail, store, rules)).toBe(`/events/${OTHER}`)
  })

  // A search that restarts at each label would take minutes and exceed the test's time limit.
  test('a megabyte of labels contains no Ray ID', () => {
    expect(raysIn('ray id '.repeat(150_000))).toEqual([])
  })
})
