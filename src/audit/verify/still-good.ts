import { EVENT_FAULTS, type FindingCode, type Verdict } from '../../contract/verification.ts'
import type { Findings } from './findings.ts'

/** Says in whole sentences what a verification has found to be good. */
export function stillGood(
  findings: Findings,
  position: number,
  { checked, confirmations }: Pick<Verdict, 'checked' | 'confirmations'>,
): string[] {
  const { segments, receipts } = checked
  const good: string[] = []
  const first = findings.first
    .flatMap(({ position: at, code }) => (isEventFault(code) && at !== null ? at : []))
    .reduce((least, at) => Math.min(least, at), position + 1)
  if (first > 1)
    good.push(`Events 1 to ${first - 1} are complete, and each is chained to the one before.`)
  if (
    !findings.has('checkpointForged', 'checkpointMissing', 'rootWrong', 'keyUnknown') &&
    first > position
  )
    good.push('The events are those for which the newest checkpoint was signed.')
  for (const { name, size, isVerified } of confirmations)
    if (isVerified) good.push(`The outside witness ${name} confirmed events 1 to ${size}.`)
  const bad = findings.first.filter(({ code }) => code.startsWith('segment')).length
  if (segments > bad)
    good.push(`${segments - bad} of ${segments} segments are the files that were recorded.`)
  if (receipts > 0 && !findings.has('receiptWrong', 'logRolledBack'))
    good.push(receipts === 1 ? 'The receipt is true.' : `All ${receipts} receipts are true.`)
  return good
}

const isEventFault = (code: FindingCode): boolean =>
  (EVENT_FAULTS as readonly FindingCode[]).includes(code)
