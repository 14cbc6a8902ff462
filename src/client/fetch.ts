import type { Block } from './identify.ts'
import { identify } from './identify.ts'

/** The error of a blocked request. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError'

  constructor(
    readonly block: Block,
    /** The response, with an unread body. */
    readonly response: Response
  ) {
    const { kind, code, rayId } = block
    super(
      `${response.url}: ${kind}${code === undefined ? '' : ` ${code}`}${rayId === undefined ? '' : `, Ray ID ${rayId}`}`
    )
  }
}

/**
 * Returns a `fetch` that throws if the answer comes from Cloudflare instead of the site.
 *
 * @param fetch default: the runtime's
 * @throws BlockedError with the `Block` and the response
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
