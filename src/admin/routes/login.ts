import { html, json, problem, seeOther } from '../answer.ts'
import { headerOf } from '../request.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

const FORM_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>edge1020 admin: log in</title>
<h1>edge1020</h1>
<form method="post" action="/login">
<label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Log in</button>
</form>
<p>The edge printed its token when it started, unless you set one with --admin-token.</p>
`

export const loginForm: Route = {
  method: 'GET',
  path: '/login',
  summary: 'the form for the token',
  result: { description: 'the form', type: 'text/html' },
  open: true,
  answer: () => html(FORM_PAGE),
}

const tokenIn = (type: string, body: string): string | undefined => {
  if (type === FORM) return new URLSearchParams(body).get('token') ?? undefined
  try {
    const token = (JSON.parse(body) as { token?: unknown } | null)?.token
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined
  }
}

/** The route that opens a session for browsers, because a link cannot carry `Authorization`. */
export const login = ({ gate }: Side): Route => ({
  method: 'POST',
  path: '/login',
  summary: 'accepts the token and returns a session cookie',
  takes: { type: JSON_TYPE, schema: 'Login' },
  result: {
    description: 'the session, in `Set-Cookie`; a form is redirected to the index',
    schema: 'Done',
  },
  problems: [400, 401, 415, 429],
  open: true,
  answer: async (request) => {
    const type = (headerOf(request, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
    if (type !== FORM && type !== JSON_TYPE) {
      return problem({
        status: 415,
        code: 'wrong_type',
        detail: `content type "${type}": expected ${FORM} or ${JSON_TYPE}`,
        place: { header: 'content-type', value: type },
      })
    }
    const token = tokenIn(type, (await request.body?.()) ?? '')
    if (token === undefined || token === '') {
      return problem({
        status: 400,
        code: 'token_missing',
        detail: 'the body has no token: expected "token=TOKEN" or {"token": "TOKEN"}',
        place: { parameter: 'token' },
      })
    }
    const opened = await gate.login(request, token)
    if (!('cookie' in opened)) return opened
    const cookie = { 'Set-Cookie': opened.cookie }
    if (type === FORM) return seeOther('/', cookie)
    const done = json({ ok: true })
    return { ...done, headers: { ...done.headers, ...cookie } }
  },
})

export const logout = ({ gate }: Side): Route => ({
  method: 'POST',
  path: '/logout',
  summary: 'ends the session',
  result: { status: 303, description: 'the session has ended; redirects to the form' },
  open: true,
  answer: (request) => seeOther('/login', { 'Set-Cookie': gate.logout(request) }),
})
