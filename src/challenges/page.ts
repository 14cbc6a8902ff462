import { escapeHtml } from '../answers/escape.ts'
import { encodeBase64 } from '../language/functions/base64.ts'
import { sha256 } from '../language/functions/sha256.ts'
import type { Challenge } from './level.ts'

/** Clients look for `_cf_chl_opt` in the page. Its kinds have Cloudflare's names. */
const SCRIPT = [
  '(function(d,w){var f=d.getElementById("challenge-form"),b=d.getElementById("challenge-button"),m=d.getElementById("challenge-status");',
  'w._cf_chl_opt={cType:f.dataset.kind};',
  'function hash(s){var v=2166136261,i=0;for(;i<s.length;i++)v=Math.imul(v^s.charCodeAt(i),16777619);return v>>>0}',
  'function solve(){var q=f.elements.q.value,n=0;while(hash(q+":"+n)&4095)n++;f.elements.a.value=n;f.submit()}',
  'if(!navigator.cookieEnabled){m.textContent=m.dataset.cookies;return}',
  'if(f.dataset.kind==="interactive"){m.hidden=true;b.hidden=false;b.onclick=function(){b.disabled=true;solve()}}',
  'else w.addEventListener("load",solve)})(document,window)',
].join('')

const STYLE = [
  'body{font:1rem/1.5 system-ui,sans-serif;margin:15vh auto 0;max-width:36rem;padding:0 1.5rem;color:#182033;background:#fff}',
  'h1{font-size:1.6rem;overflow-wrap:anywhere}button{font:inherit;padding:.6rem 1.2rem;cursor:pointer}',
  'footer{margin-top:4rem;font-size:.85rem;border-top:1px solid #9aa3b5;padding-top:1rem}',
  '@media(prefers-color-scheme:dark){body{color:#eef1f8;background:#182033}}',
].join('')

const hashOf = (text: string) => `'sha256-${encodeBase64(sha256(text))}'`

/** A header, because a policy inside a page cannot forbid frames around it. */
export const POLICY: string = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const KINDS: Readonly<Record<Challenge, string>> = {
  managed_challenge: 'managed',
  js_challenge: 'non-interactive',
  challenge: 'interactive',
}

export interface ChallengePage {
  readonly challenge: Challenge
  /** The target of the answer. */
  readonly action: string
  /** Signed. */
  readonly question: string
  /** The requested path and query. */
  readonly target: string
  readonly host: string
  readonly ray: string
  /** True if the page says that it is emulated. */
  readonly isEmulated: boolean
}

/** The page that a browser passes by itself or with a click. Clients look for the title; the sentences are ours. */
export const challengePage = (page: ChallengePage): string => {
  const host = escapeHtml(page.host)
  return `<!DOCTYPE html>
<html lang="en-US" dir="ltr">
<head>
<meta charset="UTF-8">
<title>Just a moment...</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${host}</h1>
<p id="challenge-status" role="status" data-cookies="Your browser blocks cookies. This site needs one to let you in.">One moment: this site is checking your browser.</p>
<noscript><p>This site needs JavaScript to check your browser.</p></noscript>
<form id="challenge-form" method="GET" action="${escapeHtml(page.action)}" data-kind="${KINDS[page.challenge]}">
<input type="hidden" name="q" value="${escapeHtml(page.question)}">
<input type="hidden" name="a" value="">
<input type="hidden" name="to" value="${escapeHtml(page.target)}">
<button id="challenge-button" type="button" hidden>I am a person</button>
</form>
</main>
<footer>
<p>Ray ID: <code>${escapeHtml(page.ray)}</code></p>${page.isEmulated ? '\n<p>Made by edge1020, which emulates Cloudflare.</p>' : ''}
</footer>
<script>${SCRIPT}</script>
</body>
</html>
`
}
