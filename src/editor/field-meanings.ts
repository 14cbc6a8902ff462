import { fieldFacts } from '../language/fields.ts'

/** The meaning of each field, in our own words. Aliases need none; `.names` and `.values` have theirs by rule. */
export const fieldMeanings: Readonly<Record<string, string>> = {
  'http.cookie': 'The whole `Cookie` header, as sent.',
  'http.host': 'Host of the request, without its port.',
  'http.referer': 'The `Referer` header; empty if there is none.',
  'http.request.full_uri':
    'Scheme, host, path and query of the request as one URI, normalized, without a fragment.',
  'http.request.method': 'Method of the request, in the case of the client: `GET`, `POST`.',
  'http.request.cookies': 'Values of each cookie, by name.',
  'http.request.timestamp.sec': 'Arrival of the request, in seconds since 1970.',
  'http.request.timestamp.msec': 'Milliseconds of the arrival within its second, 0 to 999.',
  'http.request.uri': 'Path and query, with the path normalized.',
  'http.request.uri.path': 'Path, normalized.',
  'http.request.uri.path.extension':
    "Letters after the last dot of the path's file name, in lower case and without the dot.",
  'http.request.uri.query': 'Query without its question mark.',
  'http.user_agent': 'The `User-Agent` header; empty if there is none.',
  'http.request.version': 'Version of HTTP between client and edge: `HTTP/1.1`, `HTTP/2`.',
  'http.x_forwarded_for': 'The whole `X-Forwarded-For` header as the client sends it.',
  'ip.src': 'Address of the client.',
  'edge.ip_reputation.score':
    'Score of the address in the loaded reputation feeds. Only edge1020 has this field.',
  'edge.ip_reputation.lists':
    'Names of the reputation lists with the address. Only edge1020 has this field.',
  'ip.src.lat': 'Latitude of the address, as text.',
  'ip.src.lon': 'Longitude of the address, as text.',
  'ip.src.city': 'City of the address.',
  'ip.src.postal_code': 'Postal code of the address.',
  'ip.src.metro_code': 'Metro code (DMA) of the address, in the United States.',
  'ip.src.region': 'Name of the region of the address.',
  'ip.src.region_code': 'Code of the region of the address.',
  'ip.src.timezone.name': 'Time zone of the address: `Europe/London`.',
  'ip.src.asnum': 'Number of the autonomous system that announces the address; 0 if unknown.',
  'ip.src.continent': 'Continent of the address in two letters: `EU`.',
  'ip.src.country': 'Country of the address in two letters; `XX` if unknown, `T1` for Tor.',
  'ip.src.subdivision_1_iso_code': 'First-level subdivision of the address: `GB-ENG`.',
  'ip.src.subdivision_2_iso_code': 'Second-level subdivision of the address.',
  'ip.src.is_in_european_union': 'Whether the country of the address is in the European Union.',
  'raw.http.request.full_uri': 'The URI as the client sends it, not normalized.',
  'raw.http.request.uri': 'Path and query as the client sends them.',
  'raw.http.request.uri.path':
    'Path as the client sends it: with `//`, dot segments and all escapes.',
  'raw.http.request.uri.path.extension': 'Extension of the path as the client sends it.',
  'raw.http.request.uri.query': 'Query as the client sends it.',
  'raw.http.response.headers': 'Headers of the response as the origin sends them, by name.',
  ssl: "Whether the visitor's connection is encrypted.",
  'cf.api_gateway.auth_id_present':
    'Whether the request has the session identifier that API Shield is configured for.',
  'cf.api_gateway.request_violates_schema': 'Whether the request breaks the schema of its API.',
  'cf.schema_validation.learned.violated':
    'Whether the request breaks the schema that was learned from traffic.',
  'cf.schema_validation.uploaded.violated':
    'Whether the request breaks the schema that the owner uploaded.',
  'cf.api_gateway.fallthrough_detected':
    'Whether the request matches no saved endpoint of the API.',
  'cf.bot_management.verified_bot': 'Whether the request comes from a verified good bot.',
  'cf.verified_bot_category': 'Category of the verified bot: `Search Engine Crawler`.',
  'cf.bot_management.score': '1 (certainly automated) to 99 (certainly a person).',
  'cf.bot_management.static_resource': 'Whether the path ends in an extension of static files.',
  'cf.bot_management.ja3_hash': 'JA3 fingerprint of the TLS handshake.',
  'cf.bot_management.ja4': 'JA4 fingerprint of the TLS handshake.',
  'cf.bot_management.js_detection.passed': 'Whether the visitor passed the JavaScript detection.',
  'cf.bot_management.detection_ids': 'Numbers of the bot detections that the request triggers.',
  'cf.client.bot': 'Whether the request comes from a known good bot.',
  'cf.bot_management.corporate_proxy': 'Whether the request comes through a known corporate proxy.',
  'cf.bot_management.signed_agent': 'Whether the request is signed by a known agent.',
  'cf.edge.server_ip': 'Address of the edge that the client connects to.',
  'cf.edge.server_port': 'Port of the edge that the client connects to.',
  'cf.hostname.metadata': 'Metadata that the owner attached to the custom hostname.',
  'cf.random_seed': 'Random bytes, different for each request.',
  'cf.ray_id': 'Ray ID of the request, without the data center.',
  'cf.threat_score': 'Old threat score; always 0.',
  'cf.tls_cipher': 'Cipher of the TLS connection.',
  'cf.tls_client_auth.cert_revoked': 'Whether the client certificate is valid but revoked.',
  'cf.tls_client_auth.cert_verified': 'Whether the client certificate is valid.',
  'cf.tls_client_auth.cert_presented': 'Whether the client presents a certificate.',
  'cf.tls_client_auth.cert_issuer_dn': 'Issuer of the client certificate, as a distinguished name.',
  'cf.tls_client_auth.cert_subject_dn':
    'Subject of the client certificate, as a distinguished name.',
  'cf.tls_client_auth.cert_issuer_dn_rfc2253':
    'Issuer of the client certificate in the notation of RFC 2253.',
  'cf.tls_client_auth.cert_subject_dn_rfc2253':
    'Subject of the client certificate in the notation of RFC 2253.',
  'cf.tls_client_auth.cert_issuer_dn_legacy':
    'Issuer of the client certificate in the old notation.',
  'cf.tls_client_auth.cert_subject_dn_legacy':
    'Subject of the client certificate in the old notation.',
  'cf.tls_client_auth.cert_serial': 'Serial number of the client certificate.',
  'cf.tls_client_auth.cert_issuer_serial':
    'Serial number of the certificate that signed the client certificate.',
  'cf.tls_client_auth.cert_fingerprint_sha256': 'SHA-256 fingerprint of the client certificate.',
  'cf.tls_client_auth.cert_fingerprint_sha1': 'SHA-1 fingerprint of the client certificate.',
  'cf.tls_client_auth.cert_not_before': "Start of the client certificate's validity.",
  'cf.tls_client_auth.cert_not_after': "End of the client certificate's validity.",
  'cf.tls_client_auth.cert_ski': 'Subject key identifier of the client certificate.',
  'cf.tls_client_auth.cert_issuer_ski':
    'Subject key identifier of the certificate that signed the client certificate.',
  'cf.tls_client_auth.cert_rfc9440': 'The client certificate in the encoding of RFC 9440.',
  'cf.tls_client_auth.cert_rfc9440_too_large':
    'Whether the encoded client certificate is too large for its field.',
  'cf.tls_client_auth.cert_chain_rfc9440':
    'The chain of the client certificate in the encoding of RFC 9440.',
  'cf.tls_client_auth.cert_chain_rfc9440_too_large':
    'Whether the encoded chain is too large for its field.',
  'cf.tls_client_extensions_sha1': 'SHA-1 of the extensions of the ClientHello, in base64.',
  'cf.tls_client_extensions_sha1_le': 'The same, over extension numbers in little-endian order.',
  'cf.tls_ciphers_sha1': 'SHA-1 of the ciphers that the client offers, in base64.',
  'cf.tls_client_hello_length': 'Length of the ClientHello in bytes.',
  'cf.tls_client_random': 'Random value of the ClientHello, in base64.',
  'cf.tls_version': 'Version of TLS: `TLSv1.3`.',
  'cf.edge.client_tcp': 'Whether the client connects over TCP.',
  'cf.edge.l4.delivery_rate': 'Most recent delivery rate of the connection, in bytes per second.',
  'cf.timings.client_tcp_rtt_msec':
    "Smoothed round-trip time of the client's TCP connection, in milliseconds.",
  'cf.timings.client_quic_rtt_msec':
    "Smoothed round-trip time of the client's QUIC connection, in milliseconds.",
  'cf.timings.edge_msec': 'Time that the edge spends on the request, in milliseconds.',
  'cf.timings.origin_ttfb_msec':
    "Time until the first byte of the origin's response, in milliseconds.",
  'cf.timings.worker_msec': 'Time that a Worker spends on the request, in milliseconds.',
  'cf.waf.content_scan.has_obj': 'Whether the content scanner finds an uploaded object.',
  'cf.waf.content_scan.has_malicious_obj': 'Whether the content scanner finds a malicious object.',
  'cf.waf.content_scan.num_malicious_obj':
    'Number of malicious objects that the content scanner finds.',
  'cf.waf.content_scan.has_failed': 'Whether the content scanner fails on an object.',
  'cf.waf.content_scan.num_obj': 'Number of objects that the content scanner finds.',
  'cf.waf.content_scan.obj_sizes': 'Sizes of the scanned objects in bytes.',
  'cf.waf.content_scan.obj_types': 'Media types of the scanned objects.',
  'cf.waf.content_scan.obj_results': 'Results of the scan, one for each object.',
  'cf.waf.score': 'Attack score from 1 (attack) to 99 (clean); 100 without a score.',
  'cf.waf.score.sqli': 'Attack score for SQL injection, as `cf.waf.score`.',
  'cf.waf.score.xss': 'Attack score for cross-site scripting, as `cf.waf.score`.',
  'cf.waf.score.rce': 'Attack score for remote code execution, as `cf.waf.score`.',
  'cf.waf.score.class':
    'Class of the attack score: `attack`, `likely_attack`, `likely_clean`, `clean`.',
  'cf.waf.auth_detected': 'Whether the request carries credentials that the edge recognises.',
  'cf.waf.credential_check.password_leaked':
    'Whether the password of the request is in a known leak.',
  'cf.waf.credential_check.username_leaked':
    'Whether the username of the request is in a known leak.',
  'cf.waf.credential_check.username_and_password_leaked':
    'Whether the pair of username and password is in a known leak.',
  'cf.waf.credential_check.username_password_similar':
    'Whether a similar pair of username and password is in a known leak.',
  'cf.llm.prompt.detected': 'Whether the request contains a prompt for a language model.',
  'cf.llm.prompt.pii_detected': 'Whether the prompt holds personal data.',
  'cf.llm.prompt.pii_categories': 'Kinds of personal data in the prompt.',
  'cf.llm.prompt.unsafe_topic_detected': 'Whether the prompt is on an unsafe topic.',
  'cf.llm.prompt.unsafe_topic_categories': 'Unsafe topics of the prompt.',
  'cf.llm.prompt.injection_score':
    'Score for prompt injection from 1 (likely) to 99 (unlikely); 100 without a score.',
  'cf.llm.prompt.token_count': 'Estimated number of tokens of the prompt.',
  'cf.llm.prompt.custom_topic_categories': "Scores of the owner's custom topics, by topic.",
  'cf.worker.upstream_zone': 'Zone of the Worker that sends the request; empty if there is none.',
  'http.request.uri.args': 'Values of each argument of the query, by name.',
  'raw.http.request.uri.args':
    'Values of each argument of the query as the client sends it, by name.',
  'http.request.headers': 'Values of each header, by name in lower case.',
  'http.request.headers.truncated':
    'Whether the request has more headers than the limit for rules.',
  'http.request.accepted_languages': 'Languages of `Accept-Language`, in order of preference.',
  'http.request.body.raw': 'Beginning of the body, up to the limit for rules.',
  'http.request.body.truncated': 'Whether the body exceeds the limit for rules.',
  'http.request.body.size': 'Size of the whole body in bytes.',
  'http.request.body.form': 'Values of each field of a form in the body, by name.',
  'http.request.body.mime': 'Media type of the body, from `Content-Type`.',
  'http.request.body.multipart': 'Parts of a multipart body, by name.',
  'http.request.body.multipart.content_types': '`Content-Type` of each part.',
  'http.request.body.multipart.content_dispositions': '`Content-Disposition` of each part.',
  'http.request.body.multipart.content_transfer_encodings':
    '`Content-Transfer-Encoding` of each part.',
  'http.request.body.multipart.filenames': 'File names of each part.',
  'http.response.code': 'Status of the response.',
  'http.response.headers': 'Values of each header of the response, by name in lower case.',
  'http.response.headers.truncated':
    'Whether the response has more headers than the limit for rules.',
  'http.response.content_type.media_type':
    'Media type of the response in lower case, without parameters.',
  'cf.response.1xxx_code': "Code of the edge's own error response: 1020.",
  'cf.response.error_type': 'Kind of the error response: `1xxx`, `5xx`, `managed_challenge`.',
  'cf.zone.name': 'Name of the zone.',
  'cf.zone.plan': 'Plan of the zone.',
  'cf.colo.id': 'Identifier of the data center.',
  'cf.unique_visitor_id': 'Identifier of a visitor behind a shared address, from a cookie.',
  'http.request.jwt.claims': 'Claims of the validated JSON web tokens, by claim.',
  'cf.sequence.current_op': 'Operation of the API that this request calls.',
  'cf.sequence.previous_ops': 'Operations of the API that the visitor called earlier.',
  'cf.sequence.msec_since_op': 'Milliseconds since the visitor called an operation, by operation.',
  'cf.api_gateway.graphql.query_size': 'Number of fields of a GraphQL query.',
  'cf.api_gateway.graphql.query_depth': 'Depth of a GraphQL query.',
  'cf.api_gateway.graphql.parsed_successfully': 'Whether the body is a valid GraphQL query.',
  'cf.appsec.request.failed_detections': 'Detections that fail on the request.',
  'cf.colo.name': 'Name of the data center that receives the packet.',
  'cf.colo.region': 'Region of the data center that receives the packet.',
  icmp: 'Bytes of the ICMP header.',
  'icmp.type': 'Type of the ICMP message.',
  'icmp.code': 'Code of the ICMP message.',
  ip: 'Bytes of the IP header.',
  'ip.dst': 'Destination address of the packet.',
  'ip.dst.country': 'Country of the destination address of the packet.',
  'ip.hdr_len': 'Length of the IP header in bytes.',
  'ip.len': 'Length of the packet in bytes.',
  'ip.opt.type': 'Type of the first option of the IP header.',
  'ip.proto': 'Protocol of the packet: `tcp`, `udp`, `icmp`.',
  'ip.ttl': 'Time to live of the packet.',
  tcp: 'Bytes of the TCP header.',
  'tcp.flags': 'All flags of the TCP header as a number.',
  'tcp.flags.ack': 'The ACK flag.',
  'tcp.flags.cwr': 'The CWR flag.',
  'tcp.flags.ecn': 'The ECN-Echo flag.',
  'tcp.flags.fin': 'The FIN flag.',
  'tcp.flags.push': 'The PSH flag.',
  'tcp.flags.reset': 'The RST flag.',
  'tcp.flags.syn': 'The SYN flag.',
  'tcp.flags.urg': 'The URG flag.',
  'tcp.srcport': 'Source port of the TCP packet.',
  'tcp.dstport': 'Destination port of the TCP packet.',
  udp: 'Bytes of the UDP header.',
  'udp.dstport': 'Destination port of the UDP packet.',
  'udp.srcport': 'Source port of the UDP packet.',
  'http.request.jwt.claims.aud':
    "The audience of validated JSON web tokens, by the token's configuration.",
  'http.request.jwt.claims.iat.sec':
    "The issue time of validated JSON web tokens in seconds, by the token's configuration.",
  'http.request.jwt.claims.iss':
    "The issuer of validated JSON web tokens, by the token's configuration.",
  'http.request.jwt.claims.jti':
    "The identifier of validated JSON web tokens, by the token's configuration.",
  'http.request.jwt.claims.nbf.sec':
    "The start of validity of validated JSON web tokens in seconds, by the token's configuration.",
  'http.request.jwt.claims.sub':
    "The subject of validated JSON web tokens, by the token's configuration.",
  'http.request.jwt.claims.exp.sec':
    "The end of validity of validated JSON web tokens in seconds, by the token's configuration.",
}

/** Fields that list the names or the values of a map need no sentence of their own. */
const PARTS: readonly [ending: string, meaning: (map: string) => string][] = [
  ['.names', (map) => `Names of \`${map}\`, in their order.`],
  ['.values', (map) => `Values of \`${map}\`, in their order.`],
]

/** @throws RangeError for a field that nobody described */
export const meaningOf = (name: string): string => {
  const own = fieldMeanings[name]
  if (own !== undefined) return own
  for (const [ending, meaning] of PARTS) {
    const map = name.slice(0, -ending.length)
    if (name.endsWith(ending) && fieldFacts.has(map)) return meaning(map)
  }
  throw new RangeError(`src/editor/field-meanings.ts: no meaning of the field ${name}`)
}
