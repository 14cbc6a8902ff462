const LEAST_DRAG_PX = 6

interface Shown {
  readonly plot: SVGSVGElement
  readonly bars: number
  readonly rows: HTMLTableRowElement[]
}

const shownOf = (figure: HTMLElement): Shown => {
  const rows = [...figure.querySelectorAll<HTMLTableRowElement>('.numbers tbody tr')]
  return { plot: figure.querySelector('svg')!, bars: rows.length, rows }
}

const barAt = ({ plot, bars }: Shown, clientX: number): number => {
  const { left, width } = plot.getBoundingClientRect()
  return Math.max(0, Math.min(bars - 1, Math.floor(((clientX - left) / width) * bars)))
}

const element = (name: string, className: string): HTMLElement => {
  const made = document.createElement(name)
  made.className = className
  return made
}

/** Shows the numbers of a bar, from the page's own table. */
const fillTip = (tip: HTMLElement, figure: HTMLElement, row: HTMLTableRowElement) => {
  const time = element('p', '')
  time.textContent = row.cells[0]!.textContent
  const list = element('ul', '')
  const heads = figure.querySelectorAll<HTMLElement>('.numbers thead th[data-kind]')
  for (const [i, head] of heads.entries()) {
    const number = row.cells[i + 1]!.textContent
    if (number === '0') continue
    const item = element('li', '')
    const value = element('b', '')
    value.textContent = number
    item.append(element('span', `key fill-${head.dataset['kind']}`), head.textContent ?? '', value)
    list.append(item)
  }
  if (list.children.length === 0) list.append(element('li', ''), 'No events')
  tip.replaceChildren(time, list)
}

const place = (tip: HTMLElement, figure: HTMLElement, shown: Shown, bar: number) => {
  const box = figure.getBoundingClientRect()
  const plot = shown.plot.getBoundingClientRect()
  const x = plot.left - box.left + ((bar + 0.5) / shown.bars) * plot.width
  const isRight = x > box.width / 2
  tip.style.left = isRight ? '' : `${x + 14}px`
  tip.style.right = isRight ? `${box.width - x + 14}px` : ''
}

/**
 * Shows numbers under the pointer, and selects a time range by dragging. Charts are replaced, so all listeners are on the
 * page.
 */
export const chartPointer = (): void => {
  let tip: HTMLElement | undefined
  let drag: { figure: HTMLElement; from: number; startX: number; box: HTMLElement } | undefined

  const away = () => {
    tip?.remove()
    tip = undefined
  }

  const markSelection = (to: number) => {
    const { figure, from, box } = drag!
    const shown = shownOf(figure)
    const [outer, plot] = [figure.getBoundingClientRect(), shown.plot.getBoundingClientRect()]
    const [first, last] = [Math.min(from, to), Math.max(from, to) + 1]
    box.style.left = `${plot.left - outer.left + (first / shown.bars) * plot.width}px`
    box.style.width = `${((last - first) / shown.bars) * plot.width}px`
    box.style.top = `${plot.top - outer.top}px`
    box.style.height = `${plot.height}px`
  }

  document.addEventListener('pointermove', (event) => {
    const plot = (event.target as Element).closest?.('.chart[data-zoom] .plot svg')
    const figure = drag?.figure ?? plot?.closest<HTMLElement>('.chart')
    if (figure === null || figure === undefined) {
      away()
      return
    }
    const shown = shownOf(figure)
    const bar = barAt(shown, event.clientX)
    if (drag !== undefined) {
      if (Math.abs(event.clientX - drag.startX) >= LEAST_DRAG_PX) {
        if (!drag.box.isConnected) figure.append(drag.box)
        markSelection(bar)
      }
      return
    }
    if (tip?.parentElement !== figure) {
      away()
      tip = element('div', 'tip')
      tip.setAttribute('aria-hidden', 'true')
      figure.append(tip)
    }
    fillTip(tip!, figure, shown.rows[bar]!)
    place(tip!, figure, shown, bar)
  })

  document.addEventListener('pointerdown', (event) => {
    const plot = (event.target as Element).closest('.chart[data-zoom] .plot svg')
    const figure = plot?.closest<HTMLElement>('.chart')
    if (!figure || event.button !== 0 || event.pointerType === 'touch') return
    const from = barAt(shownOf(figure), event.clientX)
    drag = { figure, from, startX: event.clientX, box: element('div', 'selection') }
  })
  // Otherwise the browser would drag the link of a bar.
  document.addEventListener('dragstart', (event) => {
    if (drag !== undefined) event.preventDefault()
  })

  const endDrag = (event: PointerEvent) => {
    if (drag === undefined) return
    const { figure, from, box } = drag
    const wasDragged = box.isConnected
    box.remove()
    drag = undefined
    if (!wasDragged || event.type === 'pointercancel') return
    const to = barAt(shownOf(figure), event.clientX)
    const start = Number(figure.dataset['from'])
    const bucket = Number(figure.dataset['bucket'])
    const url = new URL(figure.dataset['zoom']!, location.href)
    const [first, last] = [Math.min(from, to), Math.max(from, to) + 1]
    url.searchParams.set('from', new Date(start + first * bucket).toISOString())
    url.searchParams.set('to', new Date(start + last * bucket).toISOString())
    // Otherwise the following click on a bar's link would win.
    const stop = (click: Event) => {
      click.preventDefault()
      click.stopPropagation()
    }
    document.addEventListener('click', stop, { capture: true, once: true })
    setTimeout(() => document.removeEventListener('click', stop, { capture: true }))
    location.assign(url)
  }
  document.addEventListener('pointerup', endDrag)
  document.addEventListener('pointercancel', endDrag)
}
