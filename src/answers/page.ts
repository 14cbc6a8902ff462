import type { CatalogueEntry } from './catalogue.ts'
import { COPY_SCRIPT, COPY_SCRIPT_HASH, STYLE } from './page-assets.ts'
import { Template } from './template.ts'

/** Our own drawing: a cloud behind a fence. */
const CLOUD = `<svg class="cloud" viewBox="0 0 160 110" aria-hidden="true" focusable="false"><path class="puff" d="M44 82a24 24 0 0 1-3-47.8A33 33 0 0 1 103 26a27 27 0 0 1 16 56z"/><path class="rail" d="M18 68h124M18 88h124"/><path class="post" d="M28 100V62l6-7 6 7v38zM60 100V62l6-7 6 7v38zM92 100V62l6-7 6 7v38zM124 100V62l6-7 6 7v38z"/></svg>`

const head = (title: string) => `<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="UTF-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${COPY_SCRIPT_HASH}'; base-uri 'none'; form-action 'none'">`

const detailRows = (code: number): string =>
  [
    `<p><span class="k">Error code:</span> <span class="v">${code}</span></p>`,
    '<p><span class="k">Ray ID:</span> <span class="v">{{ray}}</span></p>',
    '<p><span class="k">Country:</span> <span class="v">{{country}}</span></p>',
    '<p><span class="k">Data centre:</span> <span class="v">{{place}}</span></p>',
    '<p><span class="k">IP:</span> <span class="v">{{ip}}</span></p>',
    '<p><span class="k">Timestamp:</span> <span class="v">{{time}}</span></p>',
  ].join('\n')

const ADVICE_1020 = `<section class="cf-section help" aria-labelledby="try">
<h2 id="try">What you can try, cheapest first</h2>
<ol>
<li>Open the page in another browser, without extensions, or in a private window.</li>
<li>Switch the network: mobile data instead of Wi-Fi, or the other way round.</li>
<li>Turn a VPN or proxy off. If you use none, one with an exit where this site is offered may help.</li>
<li>Ask your provider for a new address, or restart the router if that brings one.</li>
</ol>
<h2 id="owner">What the owner of the site needs</h2>
<p>Write to whoever runs <strong>{{host}}</strong> with the <strong>Ray ID</strong> and the time below. It leads them to the rule that stopped you; nothing else on this page does.</p>
</section>`

const notice = (emulated: boolean) =>
  emulated
    ? '<p class="note">Emulated by edge1020. This answer did not come from Cloudflare.</p>'
    : ''

/** The page of Error 1020 since 2023 ("g3"): title, classes, ids and marker strings are the interface, the rest is ours. */
const page1020 = ({ code, title }: CatalogueEntry, emulated: boolean): string => `${head(title)}
<style>${STYLE}</style>
</head>
<body>
<div class="cf-main-wrapper" role="main">
<div class="cf-header cf-section">
<div class="cf-error-title">
<h1>${title}</h1>
<span class="cf-code-label">Error code <span>${code}</span></span>
</div>
${CLOUD}
<div class="cf-error-description">
<p>You do not have permission to open this page.</p>
<p>The site owner may have set restrictions that prevent you from accessing the site.</p>
</div>
</div>
${ADVICE_1020}
<div class="cf-details-wrapper">
<div class="cf-section" role="region" aria-label="Error details">
<div id="cf-details-wrapper-expandable" class="cf-expandable">
<input id="error-details-checkbox" class="hidden" type="checkbox">
<label class="cf-expandable-btn" for="error-details-checkbox"><p class="cf-dropdown-title">Error details</p><span class="cf-caret" aria-hidden="true"></span></label>
<div id="error-details" class="cf-expandable-error-info">
<div class="cf-error-copy-description">
<p>Send these lines to the owner of the site:</p>
<button id="click-to-copy-btn" class="cf-click-to-copy-btn" type="button"><span id="copy-label">Click to copy</span></button>
</div>
<div class="cf-error-details-endpoint">
${detailRows(code)}
</div>
</div>
</div>
</div>
</div>
<div class="cf-footer cf-section" role="contentinfo">
<p>Error ${code} <span class="cf-footer-separator">&bull;</span> Cloudflare Ray ID: <strong>{{ray}}</strong></p>
<p>Performance &amp; security by Cloudflare</p>
${notice(emulated)}
</div>
</div>
<script>${COPY_SCRIPT}</script>
</body>
</html>
`

/** The page of every other code: the same house, without 1020's markers. */
const pageOther = (entry: CatalogueEntry, emulated: boolean): string => {
  const { code, title, happened, advice } = entry
  return `${head(`{{host}} | ${code}: ${title}`)}
<style>${STYLE}</style>
</head>
<body>
<div class="cf-main-wrapper" role="main">
<div class="cf-header cf-section">
<div class="cf-error-title">
<h1>${title}</h1>
<span class="cf-code-label">Error code <span>${code}</span></span>
</div>
${CLOUD}
<div class="cf-error-description">
<p>${happened}</p>
<p>${advice}</p>
</div>
</div>
<div class="cf-details-wrapper">
<div class="cf-section" role="region" aria-label="Error details">
<div id="error-details" class="open">
<div class="cf-error-details-endpoint">
${detailRows(code)}
</div>
</div>
</div>
</div>
<div class="cf-footer cf-section" role="contentinfo">
<p>Cloudflare Ray ID: <strong>{{ray}}</strong></p>
<p>Performance &amp; security by Cloudflare</p>
${notice(emulated)}
</div>
</div>
</body>
</html>
`
}

const FIREWALL_RULE_CODE = 1020

/** Slots: host, ray, country, place, ip, time, each escaped as HTML. */
export const pageTemplate = (entry: CatalogueEntry, emulated: boolean): Template =>
  new Template(
    entry.code === FIREWALL_RULE_CODE ? page1020(entry, emulated) : pageOther(entry, emulated)
  )
