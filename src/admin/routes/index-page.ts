import { html } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

/** The texts come from the table of routes and contain no visitor data, so they are not escaped. */
const itemOf = ({ method, path, summary, parameters = [] }: Route): string => {
  const query = parameters.filter((parameter) => parameter.in === 'query')
  const names = query.length === 0 ? '' : `; ${query.map(({ name }) => name).join(', ')}`
  const isLink = method === 'GET' && !path.includes('{')
  const shown = `${method === 'GET' ? '' : `${method} `}${path}`
  return `<li>${isLink ? `<a href="${path}">${shown}</a>` : shown}: ${summary}${names}`
}

const LOGOUT = '<form method="post" action="/logout"><button>Log out</button></form>\n'

/** Returns the route of the index. @param path the path; the dashboard, if present, replaces `/` */
export const indexPage =
  (path: string) =>
  ({ routes, gate }: Side): Route => ({
    method: 'GET',
    path,
    summary: 'this list',
    result: { description: 'the routes of this port', type: 'text/html' },
    answer: () =>
      html(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>edge1020 admin</title>
<h1>edge1020</h1>
<ul>
${routes()
  .filter((route) => route.path !== '/' && route.isPage !== true)
  .map(itemOf)
  .join('\n')}
</ul>
${gate.asksForToken ? LOGOUT : ''}`),
  })
