const PAUSE_MS = 350

interface Problem {
  readonly line: number
  readonly message: string
}

/** Selects a line and scrolls to it. */
const goTo = (area: HTMLTextAreaElement, line: number) => {
  const lines = area.value.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  area.focus()
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  const height = Number.parseFloat(getComputedStyle(area).lineHeight) || 20
  area.scrollTop = Math.max(0, (line - 6) * height)
}

/** Checks a rule document while it is edited. Without this script, the page's own button does the same and more. */
export const liveCheck = (): void => {
  const box = document.querySelector<HTMLElement>('[data-check]')
  const area = box?.querySelector('textarea')
  const said = document.querySelector<HTMLElement>('#checked')
  const list = document.querySelector<HTMLElement>('#problems')
  if (!box || !area || !said || !list) return
  let timer: number | undefined
  let asked = 0

  const check = async () => {
    const turn = ++asked
    const body = new URLSearchParams({ text: area.value })
    const answer = await fetch(box.dataset['check']!, { method: 'POST', body })
    // A later text is being checked.
    if (turn !== asked || !answer.ok) return
    const { problems, html } = (await answer.json()) as { problems: Problem[]; html: string }
    const [first] = problems
    said.textContent =
      first === undefined
        ? 'No problems'
        : `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}, line ${first.line}: ${first.message}`
    // The server's own HTML, with every text escaped. Parsing it runs nothing.
    const parsed = new DOMParser().parseFromString(html, 'text/html')
    list.replaceChildren(...parsed.body.childNodes)
    list.querySelector('[role=alert]')?.removeAttribute('role')
  }

  area.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => check().catch(() => {}), PAUSE_MS)
  })
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLElement>('[data-line]')
    if (link === null || link === box) return
    event.preventDefault()
    goTo(area, Number(link.dataset['line']))
  })
  // Tab indents as in an editor. After Escape, Tab leaves the field, as elsewhere.
  let leaves = false
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leaves = true
    else if (event.key === 'Tab' && !leaves && !event.shiftKey && !area.readOnly) {
      event.preventDefault()
      area.setRangeText('  ', area.selectionStart, area.selectionEnd, 'end')
      area.dispatchEvent(new Event('input'))
    } else if (event.key !== 'Shift') leaves = false
  })
  const line = Number(box.dataset['line'])
  if (line > 0) goTo(area, line)
}
