/** The data in a body. Missing data is absent. */
export interface Evidence {
  /** Absent on today's WAF page, which shows no number. */
  code?: number
  ray?: string
  retryable?: boolean
  retryAfter?: number
  isChallenge?: boolean
  /** The edge refuses the request because of its form or size, not because of a rule of the site. */
  isRequest?: boolean
  /** A line that any site can write. */
  isShort?: boolean
}

const RAY = /\b[\da-f]{16}\b/
const NUMBER = /^\d{3,4}$/

const withRay = (body: string, evidence: Evidence): Evidence => {
  const ray = RAY.exec(body)?.[0]
  return ray === undefined ? evidence : { ...evidence, ray }
}

/** A member of a JSON object or of YAML front matter, even in a truncated body. */
const member = (body: string, name: string): string | undefined =>
  new RegExp(`["\\n]${name}"?: ?"?([\\w.-]+)`).exec(body)?.[1]

/** Both members are required, because any site can have an `error_code`. */
const structured = (body: string): Evidence | undefined => {
  if (!/^\s*(?:\{|---\s)/.test(body)) return undefined
  const code = member(body, 'error_code') ?? ''
  if (member(body, 'cloudflare_error') !== 'true' || !NUMBER.test(code)) return undefined
  const seconds = member(body, 'retry_after')
  return withRay(member(body, 'ray_id') ?? '', {
    code: Number(code),
    retryable: member(body, 'retryable') === 'true',
    ...(seconds === undefined ? {} : { retryAfter: Number(seconds) }),
  })
}

const SHORT = /^\s*error code: (\d{3,4})\s*$/

/** The markup directly before the number. Only these pages have it. */
const PAGES = [
  // To 2021, and the box in an owner's own page.
  /<span class="cf-error-code">(\d{3,4})<\/span>/,
  /class="cf-error-details cf-error-(\d{3,4})"/,
  // Since late 2021.
  /data-translate="error">Error<\/span>\s*<span>(\d{3,4})<\/span>/,
  // 1020 since 2023.
  /class="cf-code-label">Error code <span>(\d{4})<\/span>/,
]
/** Failures on the path to the origin. Their number has no separate element. */
const TROUBLE = 'id="cf-error-details"'
const TROUBLE_CODE = /code-label">Error code (\d{3,4})</

const ATTENTION = '<title>Attention Required! | Cloudflare</title>'
const WAF_HEADLINE = /data-translate="(?:block_headline|unable_to_access)"/
const CAPTCHA = /cf-captcha|challenge-form/
/** Not the script of /cdn-cgi/challenge-platform/, because a site's own pages also contain it. */
const CHALLENGE =
  /_cf_chl_opt|<title>(?:Just a moment\.\.\.|Please Wait\.\.\. \| Cloudflare)<\/title>/
const CHALLENGE_HEADLINE = /data-translate="(?:challenge_headline|complete_sec_check)"/
/** The bare page of a request that the edge's own web server refuses. */
const BARE =
  /<h1>(\d{3}) [^<]*<\/h1>\s*<\/center>\s*<hr>\s*<center>cloudflare(?:-nginx)?<\/center>/i

const TOO_MANY = 429
const RATE_LIMITED = 1015

const codeOf = (body: string): string | undefined => {
  for (const pattern of PAGES) {
    const code = pattern.exec(body)?.[1]
    if (code !== undefined) return code
  }
  return body.includes(TROUBLE) ? TROUBLE_CODE.exec(body)?.[1] : undefined
}

const bare = (body: string): Evidence | undefined => {
  const status = Number(BARE.exec(body)?.[1])
  if (!(status >= 400)) return undefined
  if (status >= 500) return { code: status }
  return status === TOO_MANY ? { code: RATE_LIMITED } : { isRequest: true }
}

const page = (body: string): Evidence | undefined => {
  const code = codeOf(body)
  if (code !== undefined) return withRay(body, { code: Number(code) })
  const isAttention = body.includes(ATTENTION)
  if (isAttention && WAF_HEADLINE.test(body)) return withRay(body, {})
  const isChallenge =
    CHALLENGE.test(body) || (isAttention && (CAPTCHA.test(body) || CHALLENGE_HEADLINE.test(body)))
  return isChallenge ? withRay(body, { isChallenge }) : bare(body)
}

/** Without a body (in an answer to HEAD, for example), a status that only Cloudflare sends is enough. */
export const emptyEvidence = (status = 0): Evidence | undefined =>
  (status >= 520 && status <= 527) || status === 530 ? { code: status } : undefined

/** Reads a body in any dialect and generation; `undefined` if it is not Cloudflare's. */
export const readEvidence = (body: string): Evidence | undefined => {
  const short = SHORT.exec(body)
  return short === null
    ? (structured(body) ?? page(body))
    : { code: Number(short[1]), isShort: true }
}
