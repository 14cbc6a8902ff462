import { answerOf, seeOther } from '../admin/answer.ts'
import type { RouteRequest } from '../admin/request.ts'
import { headerOf } from '../admin/request.ts'
import type { Answer } from '../answers/answer.ts'
import { doorFrame } from './frame.ts'
import type { House } from './house.ts'
import { type Html, html } from './html.ts'
import type { Made } from './page.ts'

const form = (problem?: string): Html =>
  doorFrame(
    'Log in',
    html`<h1>Log in</h1>
<form method="post" action="/login">
${problem !== undefined && html`<p class="problem" role="alert" id="problem">${problem}</p>`}
<label for="token">Token of the admin port</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${problem !== undefined && html` aria-describedby="problem" aria-invalid="true"`}>
<button>Log in</button>
</form>
<p class="faint">The edge printed its token when it started, unless you chose one with <code>EDGE1020_ADMIN_TOKEN</code> or <code>--admin-token</code>.</p>`
  )

/** Shows the form for the token. A user who needs no token is redirected. */
export const loginPage = async ({ side }: House): Promise<Made> =>
  side.gate.asksForToken ? form() : seeOther('/')

const detailOf = ({ body }: Answer): string => {
  const { detail } = JSON.parse(String(body)) as { detail: string }
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`
}

/** Takes the token from the form. Programs get the usual answer. */
export const loginFromForm = async (
  { side }: House,
  request: RouteRequest
): Promise<Made | undefined> => {
  const type = (headerOf(request, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const wantsPage = (headerOf(request, 'accept') ?? '').includes('text/html')
  if (type !== 'application/x-www-form-urlencoded' || !wantsPage) return undefined
  const token = new URLSearchParams((await request.body?.()) ?? '').get('token') ?? ''
  if (token === '') return { status: 400, page: form('Give the token.') }
  const opened = await side.gate.login(request, token)
  if (!('cookie' in opened)) return { status: opened.status, page: form(detailOf(opened)) }
  return seeOther('/', { 'Set-Cookie': opened.cookie })
}

export const notHere = (): Answer => answerOf(404, 'text/plain; charset=UTF-8', 'no such file\n')
