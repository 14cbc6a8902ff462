/**
 * Lines in the form of iptoasn.com (public domain), IPv4 and then IPv6, with the interesting cases: gaps, nobody's
 * addresses, the ends.
 */
export const IP2ASN_V4 = [
  '1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET',
  '1.0.1.0\t1.0.3.255\t0\tNone\tNot routed',
  '1.1.1.0\t1.1.1.0\t13335\tUS\tCLOUDFLARENET',
  '1.1.1.1\t1.1.1.1\t7497\tCN\tCSTNET-AS-AP Computer Network Information Center',
  '1.1.1.2\t1.1.1.255\t13335\tUS\tCLOUDFLARENET',
  '8.8.8.0\t8.8.8.255\t15169\tUS\tGOOGLE - Google LLC',
  '35.206.0.0\t35.206.0.255\t19527\tUS\tGOOGLE-2 - Google LLC',
  '35.206.1.0\t35.206.1.255\t19527\tUS\tGOOGLE-2 - Google LLC',
  '45.56.0.0\t45.56.63.255\t16591\tUS\tGOOGLE-FIBER - Google Fiber Inc.',
  '193.0.0.0\t193.0.7.255\t3333\tNL\tRIPE-NCC-AS Réseaux IP Européens',
  '224.0.0.0\t255.255.255.255\t0\tNone\tNot routed',
]

export const IP2ASN_V6 = [
  '::\t2001:4860:4860::8843\t0\tNone\tNot routed',
  '2001:4860:4860::8844\t2001:4860:4860::8888\t15169\tUS\tGOOGLE - Google LLC',
  '2001:4860:4861::\t2001:4860:ffff:ffff:ffff:ffff:ffff:ffff\t15169\tUS\tGOOGLE - Google LLC',
  '2606:4700::\t2606:4700:ffff:ffff:ffff:ffff:ffff:ffff\t13335\tUS\tCLOUDFLARENET',
  '2a01:4f8::\t2a01:4f9:ffff:ffff:ffff:ffff:ffff:ffff\t24940\tDE\tHETZNER-AS',
  'ffff::\tffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\t4294967295\tZZ\t',
]

export const tsv = (...lines: readonly string[]): Uint8Array =>
  new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))

export const IP2ASN = tsv(...IP2ASN_V4, ...IP2ASN_V6)

/** The number of networks in it. */
export const IP2ASN_ENTRIES = 14

/** Enough networks for a plausible table of the Internet, one for each /24 from 1.0.0.0 on. */
export const manyNetworks = (count: number, name = 'NET'): Uint8Array =>
  tsv(
    ...Array.from({ length: count }, (_, i) => {
      const prefix = `${1 + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}`
      return `${prefix}.0\t${prefix}.255\t${1 + (i % 1000)}\tZZ\t${name}-${i % 1000}`
    })
  )
