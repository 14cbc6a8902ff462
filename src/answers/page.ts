import type { CatalogueEntry } from './catalogue.ts'
import { deniedBody } from './page-denied.ts'
import { POLICY } from './page-policy.ts'
import { COPY_SCRIPT } from './page-script.ts'
import { STYLE } from './page-style.ts'
import { troubleBody } from './page-trouble.ts'
import { Template } from './template.ts'

const PAGES = {
  denied: { title: ({ title }: CatalogueEntry) => title, body: deniedBody },
  trouble: {
    title: ({ code, title }: CatalogueEntry) =>
      code >= 1_000 ? `${title} | {{host}} | Cloudflare` : `{{host}} | ${code}: ${title}`,
    body: troubleBody,
  },
}

const detailLines = (code: number): string =>
  [
    `Error code: ${code}`,
    'Ray ID: {{ray}}',
    'Country: {{country}}',
    'Data center: {{place}}',
    'IP: {{ip}}',
    'Timestamp: {{time}}',
    'Host: {{host}}',
  ]
    .map((line) => `<p>${line}</p>`)
    .join('\n')

// The label comes first, as in the real page; the checkbox is laid over it, so that it shows its own focus.
const details = (code: number): string => `<div class="cf-details-wrapper">
<div class="cf-section" role="region" aria-label="Error details">
<div id="cf-details-wrapper-expandable" class="cf-expandable">
<label class="cf-expandable-btn" for="error-details-checkbox"><p class="cf-dropdown-title">Error details</p></label>
<input id="error-details-checkbox" type="checkbox" aria-controls="error-details">
<div id="error-details">
<div class="cf-error-copy-description">Send these lines to the owner of the site.
<button id="click-to-copy-btn" class="cf-click-to-copy-btn" type="button" hidden><span id="copy-label" aria-live="polite">Click to copy</span></button></div>
<div id="error-lines" class="lines">
${detailLines(code)}
</div>
</div>
</div>
</div>
</div>`

const NOTE =
  '<p class="note">Emulated by edge1020. This answer was made on the way to the site; it did not come from Cloudflare.</p>\n'

const footer = (
  code: number,
  emulated: boolean
): string => `<div class="cf-footer cf-section cf-error-footer" role="contentinfo">
<p><span class="cf-footer-item">Error ${code}</span> <span class="cf-footer-separator">&bull;</span> <span class="cf-footer-item">Cloudflare Ray ID: <strong class="font-semibold">{{ray}}</strong></span></p>
<p><span class="cf-footer-item">Performance &amp; security by Cloudflare</span></p>
${emulated ? NOTE : ''}</div>`

/**
 * The page about a code. Title, ids, classes and the short marker strings are the interface; the rest is ours.
 * Slots: host, ray, country, place, ip, time, each escaped as HTML.
 */
export const pageTemplate = (entry: CatalogueEntry, emulated: boolean): Template => {
  const { title, body } = PAGES[entry.page]
  return new Template(`<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="UTF-8">
<title>${title(entry)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>${STYLE}</style>
</head>
<body>
${body(entry, details(entry.code))}
${footer(entry.code, emulated)}
<script>${COPY_SCRIPT}</script>
</body>
</html>
`)
}
