import { signal } from '@preact/signals'
import { MARKER_COLOURS } from '../../../contract/marker.ts'
import { current } from '../../live/live-state.ts'
import { pauseAll, resumeAll } from '../all-commands.ts'
import { isAllowed } from '../allowed.ts'
import { leadToMissing, startRecording, whyNotStart } from '../setup/start-recording.ts'
import { pressStopKey } from '../stop-by-key.ts'
import { setMarker } from '../tags/markers.ts'
import { DOUBLE_PRESS_MS } from './double-press.ts'

const KEY = 'f2f.record.shortcuts'

/**
 * Whether single keys give commands. Who speaks to the computer must be able to turn them off:
 * spoken words arrive as keys (WCAG 2.1.4).
 */
export const hasShortcuts = signal(localStorage.getItem(KEY) !== 'off')

/** Whether the list of keys is shown. */
export const showsShortcuts = signal(false)

/** Turns single keys on or off, in this browser. */
export function setShortcuts(isOn: boolean): void {
  hasShortcuts.value = isOn
  localStorage.setItem(KEY, isOn ? 'on' : 'off')
}

/** Carries out keys as commands. Returns the function that ends that. */
export function followKeyboard(): () => void {
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return
  if (event.key === '?') showsShortcuts.value = true
  else if (!hasShortcuts.value || !pressKey(event.key.toLowerCase(), event.timeStamp)) return
  event.preventDefault()
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(target.type))
  )
}

/** Carries out one key. Returns whether it has a meaning. */
function pressKey(key: string, time: number): boolean {
  const colour = MARKER_COLOURS[Number(key) - 1]
  if (key === 'r') pressStart()
  else if (key === 'p') pressPause(time)
  else if (key === 's') {
    if (isAllowed('stop')) pressStopKey()
  } else if (key === 't') document.getElementById(current.value ? 'tag-key' : 'first-key')?.focus()
  else if (key === 'm' || colour) {
    if (isAllowed('tag') && current.value?.state !== 'WrapUp') void setMarker(colour)
  } else return false
  return true
}

function pressStart(): void {
  if (!isAllowed('start')) return
  if (whyNotStart.value) leadToMissing()
  else void startRecording()
}

let pausedAt = Number.NEGATIVE_INFINITY

/** Who presses the key twice in a hurry means the pause. A pause itself is never held back. */
function pressPause(time: number): void {
  if (isAllowed('pause')) {
    pausedAt = time
    void pauseAll()
  } else if (isAllowed('resume') && time - pausedAt > DOUBLE_PRESS_MS) void resumeAll()
}
