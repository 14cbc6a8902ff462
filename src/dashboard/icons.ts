import { Html } from './html.ts'

/** Strokes on a grid of 16, drawn for this dashboard. */
const PATHS = {
  overview: 'M2 13.5V9m4 4.5V5m4 8.5V7.5m4 6v-11',
  events: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  rules: 'M2.5 4.5h5m3 0h3M2.5 11.5h2m3 0h6M9 2.5v4M6 9.5v4',
  try: 'M4 2.8v10.4l9-5.2z',
  exceptions: 'M3 14V3.5L10 2v12M3 14h10V4.5h-3M7.3 8.2v.1',
  data: 'M2.5 4c0-1 2.5-1.8 5.5-1.8S13.500 3 13.500 4 11 5.800 8 5.800 2.500 5 2.500 4zm0 0v8c0 1 2.500 1.800 5.500 1.800s5.500-.8 5.500-1.800V4m-11 4c0 1 2.500 1.800 5.500 1.800s5.500-.8 5.500-1.800',
  answers: 'M2.500 3h11v8.500H8L5 14v-2.500H2.500z',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.600-1.400L14 14',
  filter: 'M3.500 8h9M8 3.500v9',
  exclude: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM4.200 4.200l7.600 7.600',
  close: 'M4 4l8 8m0-8l-8 8',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  download: 'M8 2.500v8M4.500 7.500L8 11l3.500-3.500M3 13.500h10',
  lock: 'M4 7h8v6.500H4zM5.500 7V5a2.500 2.500 0 0 1 5 0v2',
  key: 'M10.500 2.500a3 3 0 1 1-2.300 5L3 12.700V14h2.500v-2H7v-1.500',
  check: 'M3 8.500l3.500 3.500L13 4.500',
  warn: 'M8 2.500l6 11H2zM8 7v3m0 1.800v.1',
  sun: 'M8 2.500a5.500 5.500 0 1 0 0 11zM8 2.500a5.500 5.500 0 0 1 0 11',
} as const

export type IconName = keyof typeof PATHS

/** An icon that repeats the words next to it. Screen readers skip it. */
export const icon = (name: IconName): Html =>
  new Html(
    `<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${PATHS[name]}"/></svg>`
  )

/** Our logo: a frame with the gap of a gate, and a line that passes through it. */
export const mark = new Html(
  '<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6.500"/><path d="M8.500 5v4.300M8.500 14.700V19M15.500 5v14"/><path class="way" d="M4.500 12h7.500"/></svg>'
)
