// The script of the dashboard's pages. Every page works without it: it adds what needs time to pass, or a pointer.
import { chartPointer } from './chart.ts'
import { liveCheck } from './check.ts'
import { copyButtons } from './copy.ts'
import { refreshing } from './refresh.ts'

/** `/` goes to the search box, as it does in many places. */
const searchKey = () => {
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement
    const isTyping = target.closest('input, textarea, select, [contenteditable]') !== null
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    document.querySelector<HTMLInputElement>('.search input')?.select()
  })
}

/** What drops down goes away with a click elsewhere, and with Escape. */
const menus = () => {
  const open = () => document.querySelectorAll<HTMLDetailsElement>('.menu[open], .add[open]')
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
}

searchKey()
menus()
copyButtons()
liveCheck()
chartPointer()
refreshing()
