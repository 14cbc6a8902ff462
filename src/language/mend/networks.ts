const IPV4_STARS = /^((?:\d{1,3}\.){1,3})(?:[*x](?:\.[*x])*|$)/i
const IPV6_STAR = /^((?:[\da-f]{1,4}:){1,7})\*/i
const OCTET_BITS = 8
const GROUP_BITS = 16
const OCTETS = 4
const GROUPS = 8
const MAX_OCTET = 255

/** Converts `203.0.113.*`, `203.0.113.` or `2001:db8:*` to CIDR. */
export const starNetwork = (text: string): string | undefined => {
  const octets = IPV4_STARS.exec(text)?.[1]?.split('.').slice(0, -1).map(Number)
  if (octets !== undefined) {
    if (octets.some((octet) => octet > MAX_OCTET)) return undefined
    const zeros = Array.from({ length: OCTETS - octets.length }, () => 0)
    return `${[...octets, ...zeros].join('.')}/${octets.length * OCTET_BITS}`
  }
  const groups = IPV6_STAR.exec(text)?.[1]?.split(':').slice(0, -1)
  if (groups === undefined) return undefined
  const rest = groups.length < GROUPS - 1 ? '::' : ':0'
  return `${groups.join(':')}${rest}/${groups.length * GROUP_BITS}`
}
