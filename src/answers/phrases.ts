import type { CatalogueEntry } from './catalogue.ts'

/** Our own sentences on every page, without the marks that clients match. */
export interface Phrases {
  /** The language of the page, as in `lang`. */
  readonly language: string
  readonly stopped: string
  readonly happenedTitle: string
  readonly tryTitle: string
  readonly sendTitle: string
  readonly sendHow: string
  readonly contact: string
  readonly detailsHow: string
  readonly copy: string
  readonly copied: string
  readonly selected: string
  readonly asVisitor: string
  readonly asOwner: string
  readonly emulated: string
}

/** The sentences of a code's page in one language. */
export type Texts = Pick<CatalogueEntry, 'happened' | 'visitor' | 'owner'>

export const ENGLISH: Phrases = {
  language: 'en',
  stopped: 'Your request was stopped on its way to this site.',
  happenedTitle: 'What happened',
  tryTitle: 'What you can try, cheapest first',
  sendTitle: 'What to send the owner',
  sendHow:
    'Write to whoever runs <strong>{{host}}</strong> and say what you were doing. The details below hold the time and the rest; nothing in them is secret, but your address is among them.',
  contact: 'Write to the owner',
  detailsHow: 'Send these lines to the owner of the site.',
  copy: 'Click to copy',
  copied: 'Copied',
  selected: 'Selected',
  asVisitor: 'As a visitor:',
  asOwner: 'As the owner of the site:',
  emulated: 'Emulated by edge1020: this answer did not come from Cloudflare.',
}
