// The script of the dashboard's pages. Every page works without it. The script adds refreshing and pointer control.
import { chartPointer } from './chart.ts'
import { liveCheck } from './check.ts'
import { copyButtons } from './copy.ts'
import { refreshing } from './refresh.ts'

/** `/` moves the focus to the search box, as on many sites. */
const searchKey = () => {
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement
    const isTyping = target.closest('input, textarea, select, [contenteditable]') !== null
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    document.querySelector<HTMLInputElement>('.search input')?.select()
  })
}

/** Scrolls the chosen item of a long list into view, without scrolling the page. */
const showCurrent = () => {
  for (const scroller of document.querySelectorAll<HTMLElement>('[data-current]')) {
    const chosen = scroller.querySelector<HTMLElement>('[aria-current]')
    if (chosen === null) continue
    const [outer, inner] = [scroller.getBoundingClientRect(), chosen.getBoundingClientRect()]
    scroller.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2
    scroller.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2
  }
}

/** Closes menus after a click elsewhere, and after Escape. */
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
showCurrent()
menus()
copyButtons()
liveCheck()
chartPointer()
refreshing()
