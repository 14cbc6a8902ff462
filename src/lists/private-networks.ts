/** The loopback addresses. */
export const LOOPBACK_NETWORKS = ['127.0.0.0/8', '::1']
/** RFC 1918 and RFC 4193. */
export const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']
