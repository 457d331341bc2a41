import { hasShortcuts } from '../record/keyboard/keyboard.ts'
import type { Inspected } from './inspected.ts'
import type { Runner } from './runner.ts'

/** The things that the keys work on. */
export interface KeyTargets {
  inspected: Inspected
  runner: Runner
  focusFilter: () => void
  showKeys: () => void
}

/** Lets keys lead through the events. Returns the function that ends that. */
export function followInspectorKeys(targets: KeyTargets): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    if (needsKey(event) || !press(targets, event)) return
    event.preventDefault()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

/** Whether the element that has the focus uses the key itself. */
function needsKey({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false
  const isOwn = 'dialog, input:not([type=range]):not([type=checkbox]), textarea, select'
  if (target.closest(isOwn) !== null) return true
  // A chart that is wider than the window is scrolled by the arrows.
  const scroller = target.closest('.chart-scroller')
  if (scroller !== null && scroller.scrollWidth > scroller.clientWidth)
    return key.startsWith('Arrow')
  return key === ' ' && target.closest('button, a, summary, input') !== null
}

/** Carries out one key. Returns whether it has a meaning. */
function press({ inspected, runner, ...targets }: KeyTargets, event: KeyboardEvent): boolean {
  const { key } = event
  if (key.length === 1 && key !== ' ' && !hasShortcuts.value) return false
  const isMove = ['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)
  if (isMove) {
    runner.stop()
    move(inspected, key, event.shiftKey)
  } else if (key === ' ') runner.toggle()
  else if (key === 'f') targets.focusFilter()
  else if (key === '?') targets.showKeys()
  else return false
  return true
}

function move(inspected: Inspected, key: string, isSameType: boolean): void {
  const direction = key === 'ArrowRight' ? 1 : -1
  if (key === 'Home') inspected.go(0)
  else if (key === 'End') inspected.go(inspected.count.value)
  else if (isSameType) inspected.stepSameType(direction)
  else inspected.step(direction)
}
