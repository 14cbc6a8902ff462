/** Names of the relevant columns of tables and members of JSON objects. */
const NAMES = {
  start: 'start start_ip ip_start range_start first first_ip from',
  end: 'end end_ip ip_end range_end last last_ip to',
  network: 'cidr network networks netblock prefix ip_prefix subnet range ip_range',
  address: 'ip ip_address ipaddress ip_addr address addr ipv4 ipv6 src_ip dst_ip source_ip',
  asn: 'asn as as_number autonomous_system_number',
  hostname: 'hostname hostnames host host_name domain domains domain_name fqdn',
  scope: 'scope',
  value: 'value values',
  score: 'score confidence confidence_score abuseconfidencescore risk risk_score weight',
} as const

export type ColumnKind = keyof typeof NAMES

const KINDS = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) =>
    names.split(' ').map((name) => [name, kind as ColumnKind] as const)
  )
)

/** The content of a column with this name; `undefined` if it is not needed. */
export const columnKind = (name: string): ColumnKind | undefined =>
  KINDS.get(
    name
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '')
  )

/** For messages. */
export const EXPECTED_COLUMNS = 'ip, address, cidr, network, start and end, asn, hostname or value'
