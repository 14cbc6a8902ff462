import type { Block } from './identify.ts'
import { identify } from './identify.ts'

/** What a blocked request throws. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError'

  constructor(
    readonly block: Block,
    /** Its body is still to be read. */
    readonly response: Response
  ) {
    const { kind, code, rayId } = block
    super(
      `${response.url}: ${kind}${code === undefined ? '' : ` ${code}`}${rayId === undefined ? '' : `, Ray ID ${rayId}`}`
    )
  }
}

/**
 * A `fetch` that throws where the answer is Cloudflare's instead of the site's.
 *
 * @param fetch default: the runtime's
 * @throws BlockedError with what was found out, and the response
 * @example
 * const get = throwOnBlock()
 * const response = await get('https://shop.test/api')
 */
export const throwOnBlock =
  (fetch: typeof globalThis.fetch = globalThis.fetch): typeof globalThis.fetch =>
  async (...args) => {
    const response = await fetch(...args)
    const block = await identify(response)
    if (block !== null) throw new BlockedError(block, response)
    return response
  }
