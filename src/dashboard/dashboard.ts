import { seeOther } from '../admin/answer.ts'
import type { Route } from '../admin/route.ts'
import { login } from '../admin/routes/login.ts'
import type { Side } from '../admin/side.ts'
import { allRules } from '../rules/rule.ts'
import { seenPage } from './answer.ts'
import { assetAnswer } from './assets.ts'
import { createCounts } from './counts.ts'
import { loginFromForm, loginPage, notHere } from './door.ts'
import { exportEvents } from './export.ts'
import { formOf } from './forms.ts'
import type { DashboardOptions, House } from './house.ts'
import { type PageRoute, pageRoute } from './page.ts'
import { answerPreview, answersPage } from './pages/answers.ts'
import { dataPage } from './pages/data.ts'
import { checkText, editAgain, editPage, previewPage, saveText } from './pages/edit.ts'
import { eventPage } from './pages/event.ts'
import { eventsPage } from './pages/events.ts'
import { exceptionPage, writeException } from './pages/exception.ts'
import { overviewPage } from './pages/overview.ts'
import { changeRule, rulesPage, undoChange } from './pages/rules.ts'
import { judgeRequest, tryPage } from './pages/try.ts'
import { ruleOfEvent } from './rule-of-event.ts'
import { searchHref } from './search.ts'

/** A whole saved page, or a mail that contains one. */
const MAX_SEARCH_BYTES = 1024 * 1024

const PAGES: readonly PageRoute[] = [
  { path: '/', summary: 'the dashboard: overview', make: overviewPage },
  { path: '/events', summary: 'the dashboard: events', make: eventsPage },
  { path: '/events/export', summary: 'events as a file', make: exportEvents },
  { path: '/events/{ray}', summary: 'the dashboard: one event', make: eventPage },
  { path: '/events/{ray}/answer', summary: 'what the visitor of an event got', make: seenPage },
  {
    path: '/events/{ray}/exception',
    summary: 'exceptions that let the visitor of an event through',
    make: exceptionPage,
  },
  {
    path: '/events/{ray}/exception',
    method: 'POST',
    summary: 'writes an exception',
    changes: true,
    make: writeException,
  },
  { path: '/rules', summary: 'the dashboard: rules', make: rulesPage },
  {
    path: '/rules/change',
    method: 'POST',
    summary: 'switches a rule on or off, or moves it',
    changes: true,
    make: changeRule,
  },
  {
    path: '/rules/undo',
    method: 'POST',
    summary: 'reverts the newest change',
    changes: true,
    make: undoChange,
  },
  { path: '/rules/edit', summary: 'the text of a rule document', make: editPage },
  { path: '/rules/check', method: 'POST', summary: 'checks a text', make: checkText },
  { path: '/rules/preview', method: 'POST', summary: 'what a text changes', make: previewPage },
  { path: '/rules/again', method: 'POST', summary: 'back to the text', make: editAgain },
  {
    path: '/rules/save',
    method: 'POST',
    summary: 'writes a rule document',
    changes: true,
    make: saveText,
  },
  { path: '/answers', summary: 'the dashboard: answers', make: answersPage },
  { path: '/answers/preview', summary: 'one answer', make: answerPreview },
  { path: '/data', summary: 'the dashboard: lists and data', make: dataPage },
  { path: '/try', summary: 'the dashboard: try a request', make: tryPage },
  { path: '/try', method: 'POST', summary: 'judges a request', make: judgeRequest },
  {
    path: '/search',
    method: 'POST',
    summary: 'redirects a search to its result',
    make: async ({ edge }, request) => {
      const q = (await formOf(request, MAX_SEARCH_BYTES)).get('q') ?? ''
      return seeOther(await searchHref(q, edge.store, allRules(edge.ruleset)))
    },
  },
  { path: '/login', summary: 'the form that takes the token', open: true, make: loginPage },
]

/** The login of programs, plus pages for mistakes in the form. */
const loginRoute = (house: House): Route => {
  const own = login(house.side)
  return {
    ...own,
    isPage: true,
    answer: (request, caller) =>
      pageRoute(house, {
        path: own.path,
        summary: own.summary,
        make: async () => (await loginFromForm(house, request)) ?? own.answer(request, caller),
      }).answer(request, caller),
  }
}

const assets: Route = {
  method: 'GET',
  path: '/assets/{hash}/{name}',
  summary: 'a file of the dashboard',
  result: { description: 'the file', type: 'text/css' },
  isPage: true,
  open: true,
  answer: (request) => assetAnswer(request) ?? notHere(),
}

/**
 * The pages of the admin port for people. They show results of the store, the rules and the toolkit. Their changes pass
 * the same gate, audit log and reload as every other change.
 *
 * @example createAdmin({ store, health, pages: dashboard({ edge, facts, … }) })
 */
export const dashboard =
  (options: DashboardOptions) =>
  (side: Side): Route[] => {
    const house: House = {
      ...options,
      side,
      counts: createCounts(side.store),
      now: Date.now,
      judged: () => {
        const { judged, blocked } = options.edge.stats
        const demo = options.demoStats?.() ?? { judged: 0, blocked: 0 }
        return { judged: judged + demo.judged, blocked: blocked + demo.blocked }
      },
      ruleOf: (event) => ruleOfEvent(event, options.edge.ruleset),
    }
    return [...PAGES.map((page) => pageRoute(house, page)), loginRoute(house), assets]
  }
