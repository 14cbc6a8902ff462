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

/** Lists with items from other places: files of the API, `cloudflare_list_item`. */
export class Lists {
  readonly #lists: { view: View; key: string; resource?: string }[] = []
  readonly #items = new Map<string, View[]>()

  /** @param key the id, the resource or the name by which items refer to it */
  list(view: View, key: string, resource?: string): void {
    this.#lists.push({ view, key, ...(resource === undefined ? {} : { resource }) })
  }

  item(key: string, item: View): void {
    const known = this.#items.get(key)
    if (known === undefined) this.#items.set(key, [item])
    else known.push(item)
  }

  readInto(found: Found): void {
    for (const { view, key, resource } of this.#lists) {
      const name = textOrNothing(view, 'name')
      found.add(view.place, name ?? resource ?? 'a list', () => {
        const own = [...view.children('item'), ...view.children('items')]
        const named = name === undefined ? [] : (this.#items.get(name) ?? [])
        const others = key === name ? [] : (this.#items.get(key) ?? [])
        const entries = [...own, ...others, ...named].map(entryOf)
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
  }

  static keyOf(item: View): string | undefined {
    const id = item.value('list_id')
    if (id === undefined) return undefined
    return isUnknown(id) ? id.idOf : String(id)
  }
}
