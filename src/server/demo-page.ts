import type { IncomingMessage } from 'node:http'

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (mark) => ESCAPES[mark]!)

/** Headers that the edge added: the interesting ones. */
const FROM_THE_EDGE = /^(?:cf-.*|cdn-loop|x-forwarded-(?:for|proto))$/i

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --paper: #fcfcfd; --line: #e0e1e6; --mark: #fff1e0 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edeef0; --soft: #b0b4ba; --paper: #111113; --line: #2e3135; --mark: #331e0b }
}
body { margin: 0 auto; max-width: 46rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem }
p { margin: .5rem 0 }
.soft { color: var(--soft) }
code, pre, td { font: .875rem/1.55 ui-monospace, monospace }
pre { overflow-x: auto; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: .5rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 600; white-space: nowrap; padding-right: 1.25rem }
th, td { vertical-align: top; border-bottom: 1px solid var(--line); padding-block: .35rem }
td { overflow-wrap: anywhere }
tr.edge { background: var(--mark) }
`

const rowsOf = (rawHeaders: readonly string[]): string => {
  const rows: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    const mark = FROM_THE_EDGE.test(name) ? ' class="edge"' : ''
    rows.push(
      `<tr${mark}><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(rawHeaders[i + 1]!)}</td></tr>`
    )
  }
  return rows.join('\n')
}

/** Quoted for a shell: no Host from a visitor can break out of the quotes. */
const shellQuoted = (text: string) => `'${text.replace(/'/g, "'\\''")}'`

const examples = (base: string): string =>
  [
    [
      '# the headers that the origin gets about you',
      `curl -A Mozilla ${shellQuoted(`${base}/headers`)}`,
    ],
    [
      '# send a body and get it back',
      `curl -A Mozilla --data-binary 'hello' ${shellQuoted(`${base}/echo`)}`,
    ],
    [
      '# an answer that arrives line by line',
      `curl -A Mozilla -N ${shellQuoted(`${base}/stream`)}`,
    ],
    ['# try a client that your rules block', `curl -i ${shellQuoted(`${base}/`)}`],
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n')

/** The demo origin's page: it explains edge1020, shows the request that reached the origin and suggests next steps. */
export const demoPage = (
  { method, url, headers, rawHeaders }: IncomingMessage,
  isHome: boolean
): string => {
  const proto = headers['x-forwarded-proto']
  const scheme = proto === 'https' ? 'https' : 'http'
  const base = `${scheme}://${headers.host ?? 'localhost'}`
  const request = escapeHtml(`${method} ${url}`)
  const ray = headers['cf-ray']
  const passed =
    ray === undefined
      ? 'It has no Ray ID, so it did not come through an edge.'
      : `The edge let it pass as <code>${escapeHtml(String(ray))}</code>.`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${isHome ? 'edge1020 demo origin' : 'Not found: edge1020 demo origin'}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${isHome ? 'You reached the origin' : 'You reached the origin, but this page is not here'}</h1>
<p>This small demo site comes with edge1020, so you have something to protect. edge1020 runs in front of it and judges
every request by your rules. It answers a blocked request with Error 1020. The Ray ID in that answer leads back to the
rule.</p>
<p class="soft"><code>${request}</code> arrived. ${passed}</p>
<h2>Headers that the origin received</h2>
<div class="scroll"><table>
${rowsOf(rawHeaders)}
</table></div>
<h2>Try</h2>
<pre>${escapeHtml(examples(base))}</pre>
</body>
</html>
`
}
