const SHOWN_MS = 1_500

/** Shows the buttons that copy a text: without this script they would have no effect. */
export const copyButtons = (): void => {
  if (navigator.clipboard === undefined) return
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    button.hidden = false
  }
  document.addEventListener('click', async (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('[data-copy]')
    if (button === null) return
    const text = document.querySelector(button.dataset['copy']!)?.textContent ?? ''
    const before = button.textContent
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Not allowed'
    }
    setTimeout(() => {
      button.textContent = before
    }, SHOWN_MS)
  })
}
