import type { FieldSource } from '../language/fields.ts'
import type { AsnSource, BotSource, GeoSource, ReputationSource } from './visitor.ts'

export interface Sources {
  /** Countries and places of addresses. */
  geo?: GeoSource | undefined
  /** Autonomous systems of addresses. */
  asn?: AsnSource | undefined
  /** Reputation of addresses: a score, and the lists that contain the address. */
  reputation?: ReputationSource | undefined
  /** Distinguishes bots from people. */
  bots?: BotSource | undefined
}

/** The sources of every edge: the request and its response, the peer's address, and constants. */
const ALWAYS: readonly FieldSource[] = ['request', 'response', 'visitor', 'constant']
const GEO: readonly FieldSource[] = ['country']
const GEO_WITH_PLACES: readonly FieldSource[] = ['country', 'place', 'postal']

/** A source without `provides` provides everything that its kind can. */
const given = (
  source: { readonly provides?: ReadonlySet<FieldSource> } | undefined,
  all: readonly FieldSource[]
): Iterable<FieldSource> => (source === undefined ? [] : (source.provides ?? all))

/**
 * The sources of fields with real data here.
 *
 * @param seesTls true if the transport passes TLS fingerprints
 */
export const providedBy = (
  { geo, asn, reputation, bots }: Sources,
  seesTls = false
): ReadonlySet<FieldSource> =>
  new Set([
    ...ALWAYS,
    ...given(geo, geo?.place === undefined ? GEO : GEO_WITH_PLACES),
    ...given(asn, ['asn']),
    ...given(reputation, ['reputation']),
    ...given(bots, ['bots']),
    ...(seesTls ? (['tls'] as const) : []),
  ])

/**
 * Loads only the data that rules on these sources need. A site without country rules never pays for countries.
 *
 * @throws EdgeError `geo_failed`, `asn_failed`
 */
export const openSources = ({ geo, asn }: Sources, read: ReadonlySet<FieldSource>): void => {
  const readsPlaces = read.has('place') || read.has('postal')
  if (readsPlaces && geo?.place !== undefined) geo.open?.('city')
  else if (read.has('country')) geo?.open?.('country')
  if (read.has('asn')) asn?.open?.()
}
