import type { HeaderReader } from './visitor.ts'

/** Headers with the one address of the client; the more trustworthy first. */
export const CLIENT_HEADERS = ['cf-connecting-ip', 'true-client-ip'] as const
/** Headers to which each proxy appends an entry; the preferred one first. */
export const LIST_NAMES = ['x-forwarded-for', 'forwarded'] as const
export const COUNTRY_HEADER = 'cf-ipcountry'
const SCHEME_HEADERS = ['x-forwarded-proto', 'cf-visitor'] as const

/** The statements of an untrusted peer about its client, which are ignored. */
export const disbelieved = (headers: HeaderReader, peer: string): string[] =>
  [...CLIENT_HEADERS, ...LIST_NAMES, ...SCHEME_HEADERS, COUNTRY_HEADER]
    .filter((name) => headers(name) !== undefined)
    .map((name) => `${name} ignored: ${peer} is not a trusted proxy`)
