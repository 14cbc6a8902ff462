import type { Ip } from '../../lists/ip.ts'

/** A list's contents: `undefined` (no such list here) is an empty one. */
export interface Lists {
  ip?(name: string): { has(ip: Ip): boolean } | undefined
  int?(name: string): { has(int: number | bigint): boolean } | undefined
  /** Binary strings. */
  string?(name: string): { has(bytes: string): boolean } | undefined
}

export interface CompileOptions {
  /** What `!=` says of a missing value: `docs` false, `engine` true. */
  readonly missing: 'docs' | 'engine'
  readonly lists: Lists
}
