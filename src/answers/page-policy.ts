/**
 * The page's own Content-Security-Policy. Cloudflare's answers have none, so ours is not a header but part of the page. It
 * allows only the page's styles and its script, by their hashes, so markup that slipped through the escaping would have no
 * effect. Hashes are SHA-256, base64; a test compares them with the sources.
 */
export const STYLE_HASH = 'CVcAwsbFAhJjDM8yb2Ypglnk7QVxYwd/5NgoA4FngVY='
export const LOWER_STYLE_HASH = 'YlWqYaICN0HkBA3WVEW8YalZCQAwK0gAHk+RSuxkxxc='
export const SCRIPT_HASH = 'rOJuGdKbODd2CUv2DRu/e9f8KNRvlbl1eVd2aBnYqHc='

export const POLICY: string = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}' 'sha256-${LOWER_STYLE_HASH}'`,
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')
