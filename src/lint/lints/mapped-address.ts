import type { Lint } from '../lint-type.ts'

export const mappedAddress: Lint = {
  code: 'mapped_address',
  severity: 'warning',
  title: 'an IPv4 address inside an IPv6 address',
  explanation:
    'Cloudflare converts `::ffff:192.0.2.1` to `192.0.2.1` before rules read the address, so the longer form never matches.',
  bad: ['ip.src eq ::ffff:192.0.2.1', 'ip.src in {::ffff:192.0.2.0/120}'],
  good: ['ip.src in {192.0.2.0/24 2001:db8::/32}'],
  by: 'loader',
}
