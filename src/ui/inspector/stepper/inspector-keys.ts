import { followKeys } from '../../record/keyboard/follow-keys.ts'
import { hasShortcuts } from '../../record/keyboard/keyboard.ts'
import type { Inspected } from '../opening/inspected.ts'
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
  return followKeys((event) => press(targets, event), isWideChart)
}

/** Whether an element is in a chart that is wider than its place, which arrows scroll. */
function isWideChart(focused: Element): boolean {
  const scroller = focused.closest('.chart-scroller')
  return scroller !== null && scroller.scrollWidth > scroller.clientWidth
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
