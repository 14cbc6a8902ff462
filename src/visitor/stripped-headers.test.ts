import { describe, expect, test } from 'vitest'
import { isStrippedRequestHeader, overrideHeaderNames } from './stripped-headers.ts'

describe('isStrippedRequestHeader', () => {
  test.each([
    'cf-connecting-ip',
    'cf-ray',
    'cf-ipcountry',
    'cf-visitor',
    'cf-',
    'cf_connecting_ip',
    'cf-connecting_ip',
    'true-client-ip',
    'true_client_ip',
    'x-edge-as',
    'x_edge_ip',
    'x_forwarded_for',
    'x_forwarded_proto',
    'x-forwarded_proto',
    'x.forwarded.for',
    'cdn_loop',
    'user_agent',
    'content_type',
    'transfer_encoding',
    'cf.ray',
    ...overrideHeaderNames,
  ])('%s never reaches the origin', (name) => {
    expect(isStrippedRequestHeader(name)).toBe(true)
  })

  test.each([
    'cf',
    'cfray',
    'x-cf-ray',
    'cdn-loop',
    'x-forwarded-for',
    'x-edge-ips',
    'x-edge',
    'x-real-ip',
    'user-agent',
    'transfer-encoding',
    'x-forwarded-proto',
    'api_key',
    'x_requested_with',
    'content-type',
    'forwarded',
    '',
    '__proto__',
    'constructor',
  ])('%s passes', (name) => {
    expect(isStrippedRequestHeader(name)).toBe(false)
  })
})
