/**
 * Functions that load when a rule first calls one of them. The list lets the parser reject unknown names without loading
 * them.
 */
export const LATER_FUNCTIONS = new Set(
  (
    'concat coalesce join split has_key has_value url_decode remove_query_args regex_replace wildcard_replace ' +
    'encode_base64 decode_base64 sha256 hash_in_range is_timed_hmac_valid_v0 lookup_json_integer lookup_json_string ' +
    'cidr cidr6 uuidv4 bit_slice to_string sha512 hmac ip_in_range contains wildcard'
  ).split(' ')
)
