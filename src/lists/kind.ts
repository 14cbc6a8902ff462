/** Cloudflare's kinds of custom lists: https://developers.cloudflare.com/waf/tools/lists/custom-lists/ */
export type ListKind = 'ip' | 'asn' | 'hostname'

/** The plural of each kind, for messages. */
export const KIND_NAMES: Readonly<Record<ListKind, string>> = {
  ip: 'addresses',
  asn: 'autonomous systems',
  hostname: 'host names',
}

/** Contents of `$lists` by the type of the field that asks. `kind` is absent where the caller's own set does not say it. */
export interface NamedLists<Address> {
  ip(name: string): { has(ip: Address): boolean; readonly kind?: 'ip' } | undefined
  int(name: string): { has(int: number | bigint): boolean; readonly kind?: 'asn' } | undefined
  string(name: string): { has(text: string): boolean; readonly kind?: 'hostname' } | undefined
}
