import { json, seeOther } from '../../admin/answer.ts'
import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import type { Answer } from '../../answers/answer.ts'
import { EdgeError } from '../../error.ts'
import { unjudged } from '../../toolkit/requests/event.ts'
import type { RuleDesk, RuleFile } from '../desk.ts'
import { diffHtml } from '../diff.ts'
import { effectOf, pastEvents } from '../effect.ts'
import { clock, plural } from '../format.ts'
import { formOf, withLineEndsOf } from '../forms.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html } from '../html.ts'
import { icon } from '../icons.ts'
import type { Made } from '../page.ts'
import { problemList } from '../problems.ts'

const PAST_EVENTS = 1_000
const SHOWN_CHANGES = 30

const deskAndFile = ({ desk }: House, name: string): { desk: RuleDesk; file: RuleFile } => {
  const file = desk?.file(name)
  if (desk === undefined || file === undefined) {
    throw new BadParameter('file: expected a rule document of this edge', { parameter: 'file' })
  }
  return { desk, file }
}

const editor = (
  house: House,
  file: RuleFile,
  { text, hash, line = 0, above }: { text: string; hash: string; line?: number; above?: Html }
): Html => {
  const query = `?file=${encodeURIComponent(file.file)}`
  const main = html`${above}<form class="card editor" method="post" action="/rules/preview${query}">
<input type="hidden" name="hash" value="${hash}">
<label class="hidden" for="text">${file.file}</label>
<div class="codebox" data-check="/rules/check${query}" data-line="${line}"><textarea id="text" name="text" rows="28" spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off"${house.readOnly && html` readonly`}>
${text}</textarea></div>
<div class="act">${house.readOnly ? html`<p class="badge">${icon('lock')} Read only</p>` : html`<button>Check and preview</button>`}<span class="faint" id="checked" role="status"></span></div>
<div id="problems"></div></form>`
  return frame(house, {
    title: file.file,
    section: 'rules',
    crumbs: html`<a href="/rules">Rules</a>`,
    main,
  })
}

/** Shows the text of one rule document. */
export const editPage = async (house: House, { query }: RouteRequest): Promise<Made> => {
  const { file } = deskAndFile(house, query.get('file') ?? '')
  return editor(house, file, {
    text: file.text,
    hash: file.hash,
    line: Number(query.get('line')) || 0,
  })
}

/** Checks a text while it is edited. It changes nothing, so read-only mode allows it. */
export const checkText = async (house: House, request: RouteRequest): Promise<Answer> => {
  const { desk, file } = deskAndFile(house, request.query.get('file') ?? '')
  const given = (await formOf(request)).get('text') ?? ''
  const found = await desk.check({ file: file.file, text: withLineEndsOf(file.text, given) })
  return json({
    problems: found.map(({ line, column, length, message, help, severity }) => ({
      line,
      column,
      length,
      message,
      severity,
      ...(help === undefined ? {} : { help }),
    })),
    html: found.length === 0 ? '' : problemList(found).text,
  })
}

const conflict = (file: RuleFile, text: string): Html =>
  html`<div class="notice ill" role="alert">${icon('warn')}<div><p><b>${file.file} has changed since you opened it.</b> Nothing was written, and your text is below. This is what your text would change in the file as it is now:</p>${diffHtml(file.text, text)}<p>To keep both, bring the lines that are marked as removed into your text. Then preview again.</p></div></div>`

/** Shows the change of the file and its effect on past requests, before anything is written. */
export const previewPage = async (house: House, request: RouteRequest): Promise<Made> => {
  const { desk, file } = deskAndFile(house, request.query.get('file') ?? '')
  const form = await formOf(request)
  const text = withLineEndsOf(file.text, form.get('text') ?? '')
  if (form.get('hash') !== file.hash) {
    // The response contains the current file, so the user's next save is not a conflict.
    return {
      status: 409,
      page: editor(house, file, { text, hash: file.hash, above: conflict(file, text) }),
    }
  }
  const found = await desk.check({ file: file.file, text })
  if (found.length > 0) {
    const above = html`<div class="notice ill">${icon('warn')}<div><p><b>${plural(found.length, 'problem')}.</b> The file stays as it is.</p>${problemList(found)}</div></div>`
    const [first] = found
    return {
      status: 422,
      page: editor(house, file, { text, hash: file.hash, line: first!.line, above }),
    }
  }
  if (text === file.text) {
    const above = html`<div class="notice">${icon('check')}<p>The text is the same as in the file.</p></div>`
    return editor(house, file, { text, hash: file.hash, above })
  }
  const [before, after] = [
    desk.trials(desk.load()),
    desk.trials(desk.load({ file: file.file, text })),
  ]
  const events = await pastEvents(house.edge.store, {
    number: PAST_EVENTS,
    nowMs: house.now(),
    refusedOnly: false,
  })
  const { judged, changed } = await effectOf(before, after, events)
  const unsure = [...new Set([...unjudged(before), ...unjudged(after)])]
  const rows = changed
    .slice(0, SHOWN_CHANGES)
    .map(
      ({ event, before: was, after: is }) =>
        html`<tr><td class="time"><a href="/events/${event.ray}">${clock(event.time)}</a></td><td><code>${event.method} ${event.host}${event.path}</code></td><td><code>${event.ip}</code></td><td>${was}</td><td>${is}</td></tr>`
    )
  const query = `?file=${encodeURIComponent(file.file)}`
  const fields = html`<input type="hidden" name="hash" value="${file.hash}"><textarea name="text" hidden>
${text}</textarea>`
  const main = html`<section class="card"><h2>What changes in the file</h2>${diffHtml(file.text, text)}
<div class="act">${
    house.readOnly
      ? html`<p class="badge">${icon('lock')} Read only</p>`
      : html`<form method="post" action="/rules/save${query}">${fields}<button>Save ${file.file}</button></form>`
  }<form method="post" action="/rules/again${query}">${fields}<button class="quiet">Edit further</button></form></div></section>
<section class="card table" id="effect"><h2>What would have changed <span class="faint">${changed.length === 0 ? 'nothing' : plural(changed.length, 'request')} of the last ${plural(judged, 'event')}</span></h2>${
    rows.length > 0
      ? html`<div class="scroll"><table class="plain"><thead><tr><th scope="col">Time, UTC</th><th scope="col">Request</th><th scope="col">Address</th><th scope="col">Today</th><th scope="col">With this text</th></tr></thead><tbody>${rows}</tbody></table></div>`
      : html`<div class="empty"><p>${judged === 0 ? 'There are no events to judge again.' : 'Each of them would have been judged as before.'}</p></div>`
  }<p class="faint pad">Requests that no rule matched leave no event, so they are not among these.${unsure.length > 0 && html` An event does not keep everything: ${unsure.join('; ')}.`}</p></section>`
  return frame(house, {
    title: 'Before you save',
    section: 'rules',
    crumbs: html`<a href="/rules">Rules</a>`,
    main,
  })
}

/** Returns from the preview to the editor, with the text. */
export const editAgain = async (house: House, request: RouteRequest): Promise<Made> => {
  const { file } = deskAndFile(house, request.query.get('file') ?? '')
  const form = await formOf(request)
  const text = withLineEndsOf(file.text, form.get('text') ?? '')
  return editor(house, file, { text, hash: form.get('hash') ?? '' })
}

/** Writes the text and activates it. */
export const saveText = async (house: House, request: RouteRequest): Promise<Made> => {
  const { desk, file } = deskAndFile(house, request.query.get('file') ?? '')
  const form = await formOf(request)
  const text = withLineEndsOf(file.text, form.get('text') ?? '')
  try {
    await desk.save({ file: file.file, text, hash: form.get('hash') ?? '', what: 'Edited' })
  } catch (error) {
    if (!(error instanceof EdgeError) || error.code !== 'edit_conflict') throw error
    const now = desk.file(file.file) ?? file
    return {
      status: 409,
      page: editor(house, now, { text, hash: now.hash, above: conflict(now, text) }),
    }
  }
  return seeOther('/rules')
}
