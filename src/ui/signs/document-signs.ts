import { effect, signal } from '@preact/signals'
import { link } from '../live/live-state.ts'
import { windowIcon, windowTitle } from './sign.ts'

/** Keeps title and icon of the window true, also while the window is hidden. */
export function showDocumentSigns(): void {
  const seconds = signal(0)
  setInterval(() => seconds.value++, 1_000)
  effect(() => {
    void seconds.value
    document.title = windowTitle()
  })
  effect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    icon?.setAttribute('href', windowIcon())
  })
  // What was confirmed before the connection was lost is shown in grey.
  effect(() => {
    document.body.dataset.link = link.value.state
  })
}
