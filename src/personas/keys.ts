/**
 * Every key of a persona file, with words people write instead. `schema/personas.json` lists the same keys; a test
 * compares. The order is the order of messages.
 */
type Keys = Readonly<Record<string, readonly string[]>>

export const DOCUMENT_KEYS = {
  $schema: [],
  personas: ['persona', 'visitors'],
} as const satisfies Keys

export const PERSONA_KEYS = {
  name: ['id', 'title'],
  description: ['comment', 'note'],
  ip: ['address', 'addr', 'ip_address'],
  country: ['countries', 'country_code'],
  asn: ['as', 'asnum'],
  user_agent: ['ua', 'agent', 'useragent'],
  headers: ['header'],
  ja3: ['ja3_hash'],
  ja4: [],
  tls_version: ['tls', 'tlsversion'],
  http_version: ['http', 'version', 'httpversion'],
  fields: ['field'],
} as const satisfies Keys

export type PersonaKey = keyof typeof PERSONA_KEYS

/** As `cf.tls_version` has them. */
export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
/** As `http.request.version` has them. */
export const HTTP_VERSIONS = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2', 'HTTP/3'] as const
