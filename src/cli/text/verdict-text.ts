import type { Finding, StoredConfirmation, Verdict } from '../../contract/verification.ts'
import { printable, type Style, wrap } from './style.ts'

/** Returns a verdict as sentences for a person. */
export function verdictText(verdict: Verdict, style: Style): string {
  const { isGood, findings, found, stillGood, isKeyTrusted, checkpointSize } = verdict
  const parts = [checkedText(verdict)]
  for (const finding of findings) parts.push(findingText(finding, style))
  if (found > findings.length) parts.push(`And ${found - findings.length} more faults.`)
  if (stillGood.length > 0)
    parts.push([isGood ? 'Good:' : 'Still good:', ...stillGood.map(item)].join('\n'))
  if (checkpointSize === null)
    parts.push(
      wrap(
        'No key has signed this log yet. Its chain shows faults and careless changes, but not somebody who writes it anew. The next start of the recorder signs it.',
        style.columns,
      ),
    )
  else if (!isKeyTrusted)
    parts.push(
      wrap(
        'The key was taken from the log itself. Compare it with the one that you got earlier: give that with --key.',
        style.columns,
      ),
    )
  for (const one of verdict.confirmations)
    if (!one.isVerified) parts.push(wrap(unverifiedText(one), style.columns))
  parts.push(isGood ? style.good('VERIFIED') : style.bad('NOT VERIFIED'))
  return parts.join('\n\n')
}

function checkedText({ checked }: Verdict): string {
  const { events, segments, bytes, receipts, cosignatures, timestamps } = checked
  const counts = [
    count(events, 'event'),
    `${count(segments, 'segment')} (${Math.round(bytes / 1e5) / 10} MB)`,
    ...(receipts > 0 ? [count(receipts, 'receipt')] : []),
    ...(cosignatures > 0 ? [count(cosignatures, 'cosignature')] : []),
    ...(timestamps > 0 ? [count(timestamps, 'timestamp')] : []),
  ]
  return `Checked: ${counts.join(', ')}.`
}

/** Says what an outsider has confirmed, and how to check that its signature is right. */
function unverifiedText({ kind, name, size, at }: StoredConfirmation): string {
  const files = `timestamps/${size}`
  return kind === 'witness'
    ? `Events 1 to ${size} have a cosignature of ${printable(String(name))}, of ${at}. The key of that witness is not known here: give it with --witness.`
    : `Events 1 to ${size} have a timestamp of ${at}. This checks its signature: openssl ts -verify -in ${files}.tsr -data ${files}.checkpoint -CAfile <certificate of the authority>`
}

function findingText({ detail, expected, found }: Finding, style: Style): string {
  const lines = [style.bad(wrap(`✗ ${printable(detail)}`, style.columns))]
  if (expected !== null) lines.push(`  expected  ${printable(expected)}`)
  if (found !== null) lines.push(`  found     ${printable(found)}`)
  return lines.join('\n')
}

const item = (text: string): string => `  ✓ ${text}`

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
