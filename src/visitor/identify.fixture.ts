// Visitors with made-up places.
import '../../test/whole.ts'
import { formatIp, type Ip } from '../lists/ip.ts'
import type { VisitorsOptions } from './identify.ts'
import { createVisitors } from './identify.ts'
import type { GeoSource } from './visitor.ts'

export const KB = 1024

/** Made-up places: 203.0.114.0/24 is in Germany, 2a00::/16 in France; the rest is nowhere. */
export const geo = (lookup?: (ip: Ip) => unknown): GeoSource & { asked: string[] } => {
  const asked: string[] = []
  return {
    name: 'test data',
    date: '2026-11',
    asked,
    open: () => {},
    lookup: (ip) => {
      const text = formatIp(ip)
      asked.push(text)
      if (lookup !== undefined) return lookup(ip) as { country: string }
      if (text.startsWith('203.0.114.')) return { country: 'DE' }
      return text.startsWith('2a00:') ? { country: 'FR' } : undefined
    },
  }
}

export const identify = (
  remoteAddress: string | undefined,
  headers: Record<string, string> = {},
  options: VisitorsOptions = {}
) =>
  createVisitors(options).identify(
    (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    {
      remoteAddress,
    }
  )
