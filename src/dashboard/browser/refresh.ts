/** Parts of a page that change with time. */
const PARTS = ['#tiles', '#chart', '#tops', '#list', '#total', '.state', '#state']
const COUNTING_MS = 700
const LIVE_MS = 3_000

const isCounting = (page: Document) => page.querySelector('meta[name="counting"]') !== null

/** Replaces the changed parts of this page; unchanged parts stay. */
const refresh = async (): Promise<boolean> => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  // The user has logged out: the login form has another address.
  if (answer.redirected) {
    location.reload()
    return false
  }
  if (!answer.ok) return false
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of PARTS) {
    const [now, next] = [document.querySelector(part), page.querySelector(part)]
    if (now === null || next === null || now.innerHTML === next.innerHTML) continue
    // Do not replace a part that the user is using.
    if (now.contains(document.activeElement) || now.matches(':hover')) continue
    const wasOpen = now.querySelector('details[open]') !== null
    now.replaceWith(next)
    if (wasOpen) next.querySelector('details')?.setAttribute('open', '')
  }
  return isCounting(page)
}

/** Refreshes while counts are missing, and in live mode. */
export const refreshing = (): void => {
  const button = document.querySelector<HTMLButtonElement>('#live')
  let isLive = false
  let timer: number | undefined
  const soon = (ms: number) => {
    clearTimeout(timer)
    timer = window.setTimeout(again, ms)
  }
  const again = async () => {
    let waits = false
    if (!document.hidden) waits = await refresh().catch(() => false)
    if (waits) soon(COUNTING_MS)
    else if (isLive) soon(LIVE_MS)
  }
  if (isCounting(document)) soon(COUNTING_MS)
  if (button === null) return
  button.hidden = false
  button.addEventListener('click', () => {
    isLive = !isLive
    button.setAttribute('aria-pressed', String(isLive))
    if (isLive) soon(0)
  })
}
