import { answerOf } from '../admin/answer.ts'
import { BadParameter } from '../admin/parameter.ts'
import type { RouteRequest } from '../admin/request.ts'
import type { Answer } from '../answers/answer.ts'
import { csvHead, eventCsv } from '../events/csv.ts'
import type { SecurityEvent } from '../events/event.ts'
import type { House } from './house.ts'
import { readLook } from './look.ts'

/** More than a person reads. A program requests /api/events page by page. */
const MAX_EVENTS = 50_000
const PAGE = 1_000

const FORMATS: Readonly<
  Record<string, { type: string; head: string; line: (event: SecurityEvent) => string }>
> = {
  csv: { type: 'text/csv; charset=UTF-8', head: csvHead, line: eventCsv },
  ndjson: {
    type: 'application/x-ndjson',
    head: '',
    line: (event) => `${JSON.stringify(event)}\n`,
  },
}

/** Returns the selected events as a file, newest first. */
export const exportEvents = async (house: House, { query }: RouteRequest): Promise<Answer> => {
  const name = query.get('format') ?? ''
  if (!Object.hasOwn(FORMATS, name)) {
    const expected = Object.keys(FORMATS).join(' or ')
    throw new BadParameter(`format: expected ${expected}`, { parameter: 'format', expected })
  }
  const { type, head, line } = FORMATS[name]!
  const { selection } = readLook(query, house.now())
  const lines = [head]
  let cursor: string | undefined
  do {
    const page = await house.edge.store.page({
      ...selection,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const event of page.events) lines.push(line(event))
    cursor = page.next
  } while (cursor !== undefined && lines.length <= MAX_EVENTS)
  const date = new Date(house.now()).toISOString().slice(0, 10)
  return answerOf(200, type, lines.join(''), {
    'Content-Disposition': `attachment; filename="events-${date}.${name}"`,
  })
}
