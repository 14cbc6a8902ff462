import type { Cause, Kind } from './codes.ts'

const OWNER = 'Send the owner of the site the Ray ID: it leads them to the rule.'
const NETWORK = 'Try without VPN or proxy, then from another network.'

const BY_CAUSE: Partial<Record<Cause, readonly string[]>> = {
  rule: ['Do not repeat the same request: the rule will match it again.', NETWORK, OWNER],
  ip: [NETWORK, OWNER],
  asn: ['Leave hosting and VPN networks: the whole network is blocked.', OWNER],
  country: ['The site does not serve the country that you come from.', OWNER],
  signature: ['Identify yourself honestly in User-Agent, or use a common browser.', OWNER],
  request: [
    'The edge refused the request itself: look at its form, its size, and the host it is for.',
  ],
  hotlink: ['Fetch the file from its own page: the Referer must match.', OWNER],
}

const BY_KIND: Record<Kind, readonly string[]> = {
  block: [OWNER],
  challenge: ['This needs a browser with JavaScript; ask the owner for an API or an exception.'],
  'rate-limit': ['Wait for retryAfter, then go slower.'],
  origin: ['Nothing is wrong with your request; try again later.'],
}

/** The possible steps of a client, cheapest first. */
export const adviceFor = (kind: Kind, cause: Cause): string[] => [
  ...(BY_CAUSE[cause] ?? BY_KIND[kind]),
]
