import { assetHref } from './assets.ts'
import { share } from './format.ts'
import type { House } from './house.ts'
import { type Html, html, type Part } from './html.ts'
import { type IconName, icon, mark } from './icons.ts'

export type Section = 'overview' | 'events' | 'rules' | 'try' | 'data' | 'answers' | 'none'

interface Link {
  readonly section: Section
  readonly href: string
  readonly name: string
  readonly icon: IconName
}

export const SECTIONS: readonly Link[] = [
  { section: 'overview', href: '/', name: 'Overview', icon: 'overview' },
  { section: 'events', href: '/events', name: 'Events', icon: 'events' },
  { section: 'rules', href: '/rules', name: 'Rules', icon: 'rules' },
  { section: 'try', href: '/try', name: 'Try a request', icon: 'try' },
  { section: 'data', href: '/data', name: 'Lists and data', icon: 'data' },
  { section: 'answers', href: '/answers', name: 'Answers', icon: 'answers' },
]

export interface Frame {
  readonly title: string
  readonly section: Section
  readonly main: Part
  /** Beside the title. */
  readonly tools?: Part
  /** Above the title: the path to this page. */
  readonly crumbs?: Part
  /** Beside the title: a count. */
  readonly note?: Part
  /** The text in the search box. */
  readonly searched?: string
  /** True while counts are missing: without its script, the page reloads by itself. */
  readonly isCounting?: boolean
  /** True if the page shows its own title. */
  readonly ownTitle?: boolean
}

const head = (title: string, more: Part = ''): Html =>
  html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${assetHref('icon.svg')}" type="image/svg+xml">
<link rel="preload" href="${assetHref('sans.woff2')}" as="font" type="font/woff2" crossorigin>
<link rel="preload" href="${assetHref('mono.woff2')}" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="${assetHref('style.css')}">
<script src="${assetHref('page.js')}" type="module"></script>
${more}`

const stateOf = ({ edge, reloadProblem, side, readOnly, demoStats, judged: read }: House): Html => {
  const { rules } = side.health()
  const store = edge.store.state?.()
  const trouble =
    store?.trouble !== undefined ||
    store?.sinks?.some((sink) => sink.trouble !== undefined) === true
  const isWell = !trouble && reloadProblem() === undefined
  const { judged, blocked } = read()
  return html`<div class="state"><p><a href="/#state"><span class="dot ${isWell ? 'well' : 'ill'}"></span>${isWell ? 'All is well' : 'Needs attention'}</a></p>
<p>${rules.enabled} of ${rules.total} rules on</p><p title="Requests judged since the start">${judged === 0 ? 'No request yet' : `${share(blocked, judged)} refused`}</p>
${readOnly && html`<p class="badge">${icon('lock')} Read only</p>`}${demoStats !== undefined && html`<p class="badge">Made-up traffic</p>`}
${side.gate.asksForToken && html`<form method="post" action="/logout"><button class="quiet">Log out</button></form>`}</div>`
}

/** A whole page: navigation, search, content. */
export const frame = (house: House, page: Frame): Html => {
  const { title, section, main, tools, crumbs, note, searched = '', isCounting = false } = page
  const links = SECTIONS.map(
    (link) =>
      html`<li><a href="${link.href}"${link.section === section && html` aria-current="page"`}>${icon(link.icon)}<span>${link.name}</span></a></li>`
  )
  const again =
    isCounting &&
    html`<noscript><meta http-equiv="refresh" content="2"></noscript><meta name="counting" content="yes">`
  return html`<!doctype html>
<html lang="en">
<head>
${head(`${title} · edge1020`, again)}
</head>
<body>
<a class="jump" href="#main">Skip to the content</a>
<header class="side">
<a class="home" href="/">${mark}<span>edge1020</span></a>
<nav aria-label="Sections" data-current><ul>${links}</ul></nav>
${stateOf(house)}
</header>
<div class="body">
<form class="search" method="post" action="/search" role="search">
${icon('search')}<input name="q" type="search" aria-label="Search" value="${searched}" placeholder="Ray ID, address, rule, or the mail you got" autocomplete="off" spellcheck="false" required><kbd aria-hidden="true">/</kbd><button class="hidden">Search</button>
</form>
<main id="main" tabindex="-1">
${
  !page.ownTitle &&
  html`<div class="title">${crumbs !== undefined && html`<p class="crumbs">${crumbs}</p>`}<h1>${title}</h1>${note !== undefined && html`<p class="note">${note}</p>`}${tools !== undefined && html`<div class="tools">${tools}</div>`}</div>`
}
${main}
</main>
</div>
</body>
</html>
`
}

/** A page before the login. */
export const doorFrame = (title: string, main: Part): Html => html`<!doctype html>
<html lang="en">
<head>
${head(`${title} · edge1020`)}
</head>
<body class="door">
<main>
<p class="home">${mark}<span>edge1020</span></p>
${main}
</main>
</body>
</html>
`
