/**
 * Cloudflare's kinds of custom lists, and `string`: texts for any text field, which Cloudflare does not have.
 *
 * @see https://developers.cloudflare.com/waf/tools/lists/custom-lists/
 */
export type ListKind = 'ip' | 'asn' | 'hostname' | 'string'

/** The kinds of lists by the type of the field that is compared: IP, Int or Bytes. Bytes fields use hostname and text lists. */
export const LIST_SLOTS = ['ip', 'asn', 'hostname'] as const
export type ListSlot = (typeof LIST_SLOTS)[number]

/** The plural of each kind, for messages. */
export const KIND_NAMES: Readonly<Record<ListKind, string>> = {
  ip: 'addresses',
  asn: 'autonomous systems',
  hostname: 'host names',
  string: 'texts',
}

/** Lists by the type of the field that is compared. `kind` is absent for sets of the caller that do not have it. */
export interface NamedLists<Address> {
  ip(name: string): { has(ip: Address): boolean; readonly kind?: 'ip' } | undefined
  int(name: string): { has(int: number | bigint): boolean; readonly kind?: 'asn' } | undefined
  string(
    name: string
  ): { has(text: string): boolean; readonly kind?: 'hostname' | 'string' } | undefined
}
