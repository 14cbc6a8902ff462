import type { Generation } from './answer.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { g1 } from './generations/g1.ts'
import { g2 } from './generations/g2.ts'
import { g3 } from './generations/g3.ts'
import { union } from './generations/union.ts'
import { waf } from './generations/waf.ts'
import { footer } from './page-footer.ts'
import { originErrorPage } from './page-origin-error.ts'
import type { Parts } from './page-parts.ts'
import { POLICY } from './page-policy.ts'
import { COPY_SCRIPT } from './page-script.ts'
import { STYLE } from './page-style.ts'
import type { Phrases, Texts } from './phrases.ts'
import { ENGLISH } from './phrases.ts'
import { Template } from './template.ts'

interface Shell {
  /** The title of the document, with slots. */
  title(parts: Parts): string
  body(parts: Parts): string
}

const SHELLS: Record<Generation | 'origin', Shell> = {
  g1,
  g2,
  g3,
  waf,
  union,
  origin: originErrorPage,
}

/** The code that got a page of its own in 2023. */
const FIREWALL_RULE = 1020
const FIRST_1XXX = 1_000

/** Cloudflare's current page for a code. Errors of the origin have only one form. */
const shellOf = (code: number, wanted: Generation | undefined) => {
  if (code < FIRST_1XXX) return 'origin'
  return wanted ?? (code === FIREWALL_RULE ? 'g3' : 'g2')
}

export interface PageOptions {
  /** Default: Cloudflare's current page for the code. */
  readonly generation?: Generation | undefined
  /** True if the page states that it is emulated. */
  readonly emulated: boolean
  readonly texts?: Texts
  readonly phrases?: Phrases
  /** The owner's address for visitors, escaped, with slots. */
  readonly contact?: string
}

/**
 * The page about a code. Title, ids, classes and the short marker strings are the interface; the rest is ours.
 * Slots: host, ray, country, place, ip, asn, time, each escaped as HTML.
 */
export const pageTemplate = (
  entry: CatalogueEntry,
  { generation, emulated, texts = entry, phrases = ENGLISH, contact = '' }: PageOptions
): Template => {
  const name = shellOf(entry.code, generation)
  const shell = SHELLS[name]
  const parts: Parts = { entry, texts, phrases, contact }
  return new Template(`<!DOCTYPE html>
<html lang="${phrases.language}" dir="ltr">
<head>
<meta charset="UTF-8">
<title>${shell.title(parts)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>${STYLE}</style>
</head>
<body>
${shell.body(parts)}
${footer(parts, name, emulated)}
<script>${COPY_SCRIPT}</script>
</body>
</html>
`)
}
