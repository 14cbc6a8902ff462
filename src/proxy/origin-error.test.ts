import { expect, test } from 'vitest'
import { originErrorCode } from './origin-error.ts'

test.each([
  ['ECONNREFUSED', 'connect', 521],
  ['ECONNRESET', 'connect', 521],
  ['ECONNRESET', 'request', 521],
  ['EPIPE', 'request', 521],
  ['UND_ERR_SOCKET', 'request', 520],
  ['ETIMEDOUT', 'connect', 522],
  ['UND_ERR_CONNECT_TIMEOUT', 'connect', 522],
  ['UND_ERR_CONNECT_TIMEOUT', 'handshake', 522],
  ['EHOSTUNREACH', 'connect', 523],
  ['ENETUNREACH', 'connect', 523],
  ['UND_ERR_HEADERS_TIMEOUT', 'request', 524],
  ['ECONNRESET', 'handshake', 525],
  ['EPROTO', 'handshake', 525],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'handshake', 525],
  ['CERT_HAS_EXPIRED', 'handshake', 526],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'handshake', 526],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'handshake', 526],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'handshake', 526],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'handshake', 526],
  ['ENOTFOUND', 'connect', 1016],
  ['EAI_AGAIN', 'connect', 1016],
  ['HPE_INVALID_CONSTANT', 'request', 520],
  ['UND_ERR_HEADERS_OVERFLOW', 'request', 520],
  ['', 'request', 520],
] as const)('%s while in %s is %d', (code, phase, expected) => {
  expect(originErrorCode(Object.assign(new Error('x'), { code }), phase)).toBe(expected)
})

test.each([undefined, null, 'text', {}, { code: 7 }])('%j thrown is 520', (cause) => {
  expect(originErrorCode(cause, 'request')).toBe(520)
})
