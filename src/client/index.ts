/** edge1020/client: recognise a block from the client's side. No dependencies, any runtime. */
export type { Cause, Kind } from './codes.ts'
export { BlockedError, throwOnBlock } from './fetch.ts'
export type { Block } from './identify.ts'
export { identify } from './identify.ts'
export type { PlainHeaders, PlainResponse } from './response.ts'
