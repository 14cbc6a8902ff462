import { pageOf, seriesOf, topOf } from './evaluate.ts'
import type { EventFilter, SecurityEvent } from './event.ts'
import type { EventPage, EventQuery, SeriesPoint, SeriesQuery, TopQuery, TopRow } from './query.ts'
import { queryOfFilter, settlePage, settleSeries, settleTop } from './settle.ts'

type Source = Iterable<SecurityEvent>

export const answerPage = (events: Source, query?: EventQuery): EventPage =>
  pageOf(events, settlePage(query))

export const answerFilter = (events: Source, filter?: EventFilter): SecurityEvent[] =>
  answerPage(events, queryOfFilter(filter)).events

export const answerTop = (events: Source, query: TopQuery): TopRow[] =>
  topOf(events, settleTop(query))

export const answerSeries = (events: Source, query: SeriesQuery): SeriesPoint[] =>
  seriesOf(events, settleSeries(query))
