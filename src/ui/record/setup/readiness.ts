import { signal } from '@preact/signals'
import type { Medium } from '../../../contract/media.ts'
import type { ReadinessCheck, ReadinessView } from '../../../contract/views.ts'
import { current } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { loadDevices } from './devices.ts'

/** The result of the readiness check. */
export type Readiness =
  | { state: 'unknown' | 'checking' | 'failed' }
  | { state: 'known'; view: ReadinessView }

/** The result of the last check. */
export const readiness = signal<Readiness>({ state: 'unknown' })

/** Checks devices and computer. Does nothing while a recording uses them. */
export async function checkReadiness(): Promise<void> {
  const state = current.value?.state
  if (readiness.value.state === 'checking' || state === 'Active' || state === 'Paused') return
  readiness.value = { state: 'checking' }
  try {
    const [view] = await Promise.all([recorder.readiness(), loadDevices()])
    readiness.value = { state: 'known', view }
  } catch {
    readiness.value = { state: 'failed' }
  }
}

/** The worst result of some checks, and those that need attention. */
export interface CheckSummary {
  result: ReadinessCheck['result']
  findings: ReadinessCheck[]
  level: ReadinessCheck['level']
}

/** Summarises the checks of one medium, or those of the computer; null when there are none. */
export function summarise(checks: readonly ReadinessCheck[], medium?: Medium): CheckSummary | null {
  const own = checks.filter((check) => check.medium === medium)
  if (own.length === 0) return null
  const faults = own.filter(({ result }) => result !== 'pass')
  // One cause may fail several checks: it is named once.
  const findings = faults.filter(
    ({ detail }, index) => faults.findIndex((one) => one.detail === detail) === index,
  )
  const result = faults.some((check) => check.result === 'fail')
    ? 'fail'
    : findings.length > 0
      ? 'warn'
      : 'pass'
  return { result, findings, level: own.find(({ level }) => level)?.level }
}
