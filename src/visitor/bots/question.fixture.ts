import { parseIp } from '../../lists/ip.ts'
import type { BotQuestion } from '../visitor.ts'
import { BROWSERS } from './browsers.fixture.ts'

/** In Hetzner's network, where no bot of the table has its own addresses. */
export const HOSTING = { ip: '95.216.1.1', asn: 24940 }

/** A question about a request, for tests that set only the relevant facts. */
export const question = ({
  ip = '203.0.113.7',
  asn = 0,
  ja4 = '',
  userAgent = '',
  headers = {},
}: {
  ip?: string
  asn?: number
  ja4?: string
  userAgent?: string
  headers?: Record<string, string>
}): BotQuestion => ({
  ip: ip === '' ? undefined : parseIp(ip)!,
  asn,
  ja4,
  userAgent,
  header: (name) => headers[name],
})

export const CHROME = BROWSERS[0]!
export const PLAIN = {
  accept: 'text/html',
  'accept-language': 'en',
  'accept-encoding': 'gzip, deflate, br',
}
/** As Chrome sends them over TLS. */
export const CHROME_HEADERS = {
  ...PLAIN,
  'sec-ch-ua': '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
  'sec-fetch-mode': 'navigate',
}
