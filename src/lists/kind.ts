/**
 * Cloudflare's kinds of custom lists, and `string`: texts for any text field, which Cloudflare does not have.
 *
 * @see https://developers.cloudflare.com/waf/tools/lists/custom-lists/
 */
export type ListKind = 'ip' | 'asn' | 'hostname' | 'string'

/** The kinds by the type of the field that asks: IP, Int, Bytes. Lists of host names and of texts both answer Bytes. */
export const LIST_SLOTS = ['ip', 'asn', 'hostname'] as const
export type ListSlot = (typeof LIST_SLOTS)[number]

/** The plural of each kind, for messages. */
export const KIND_NAMES: Readonly<Record<ListKind, string>> = {
  ip: 'addresses',
  asn: 'autonomous systems',
  hostname: 'host names',
  string: 'texts',
}

/** Contents of `$lists` by the type of the field that asks. `kind` is absent where the caller's own set does not say it. */
export interface NamedLists<Address> {
  ip(name: string): { has(ip: Address): boolean; readonly kind?: 'ip' } | undefined
  int(name: string): { has(int: number | bigint): boolean; readonly kind?: 'asn' } | undefined
  string(
    name: string
  ): { has(text: string): boolean; readonly kind?: 'hostname' | 'string' } | undefined
}
