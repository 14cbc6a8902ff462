import { isUnknown } from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'
import type { Found } from './read.ts'
import { known, Refusal, required, text, textOrNothing } from './read.ts'
import type { ListEntry } from './rule.ts'

const KINDS = ['ip', 'asn', 'hostname', 'redirect'] as const

/** The value of one item, from the API, from either version of the provider, or from `cloudflare_list_item`. */
const itemValue = (item: View): string => {
  known(item.unknown)
  const [nested] = item.children('value')
  const view = nested !== undefined && nested.names().length > 0 ? nested : item
  for (const kind of ['ip', 'asn'] as const) {
    const value = text(view, kind)
    if (value !== undefined) return value
  }
  const plain = nested === undefined ? text(view, 'value') : undefined
  if (plain !== undefined) return plain
  const [hostname] = view.children('hostname')
  if (hostname !== undefined) return required(hostname, 'url_hostname')
  const [redirect] = view.children('redirect')
  if (redirect !== undefined) return required(redirect, 'source_url')
  throw new Refusal(`an item has none of ${KINDS.join(', ')}`)
}

const entryOf = (item: View): ListEntry => {
  const comment = textOrNothing(item, 'comment') || undefined
  return { value: itemValue(item), ...(comment === undefined ? {} : { comment }) }
}

interface Item {
  readonly view: View
  readonly what: string
}

/** Lists with items from other places: files of the API, `cloudflare_list_item`. */
export class Lists {
  readonly #lists: { view: View; key: string; resource?: string }[] = []
  readonly #items = new Map<string, Item[]>()

  /** @param key the id, the resource or the name by which items refer to it */
  list(view: View, key: string, resource?: string): void {
    this.#lists.push({ view, key, ...(resource === undefined ? {} : { resource }) })
  }

  /** @param what the item, for the report if its list is not among the files */
  item(key: string, view: View, what: string): void {
    const item = { view, what }
    const known = this.#items.get(key)
    if (known === undefined) this.#items.set(key, [item])
    else known.push(item)
  }

  readInto(found: Found): void {
    const keys = new Set<string>()
    for (const { view, key, resource } of this.#lists) {
      const name = textOrNothing(view, 'name')
      keys.add(key).add(name ?? key)
      found.add(view.place, name ?? resource ?? 'a list', () => {
        const own = [...view.children('item'), ...view.children('items')]
        const named = name === undefined ? [] : (this.#items.get(name) ?? [])
        const others = key === name ? [] : (this.#items.get(key) ?? [])
        const entries = [...own, ...[...others, ...named].map((item) => item.view)].map(entryOf)
        return {
          product: 'list',
          name: required(view, 'name'),
          kind: required(view, 'kind'),
          enabled: undefined,
          items: entries.length,
          entries,
          resource,
          source: view.place,
        }
      })
    }
    for (const [key, items] of this.#items) {
      if (keys.has(key)) continue
      for (const { view, what } of items) {
        found.leaveOut(view.place, what, `its list ${key} is not among the files`)
      }
    }
  }

  /** The id of an item's list, or the resource with this id. */
  static keyOf(item: View): string {
    const id = item.value('list_id')
    if (id !== undefined && isUnknown(id) && id.idOf !== undefined) return id.idOf
    return required(item, 'list_id')
  }
}
