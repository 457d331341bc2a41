import type { Side } from '../../../contract/by.ts'
import type { CommandName } from '../../../contract/commands.ts'
import type { AccessAct, ConsentState } from '../../../contract/custody.ts'
import type { CloseReason, WrapUpReason } from '../../../contract/end-reasons.ts'
import type { ErrorCode } from '../../../contract/errors.ts'
import type { GapReason } from '../../../contract/gap-reason.ts'
import type { Medium } from '../../../contract/media.ts'
import type { WarningCode } from '../../../contract/warnings.ts'
import type { Finding } from '../verdict.ts'
import type { Mark } from './report-model.ts'

/** All texts of a report in one language. */
export interface ReportTexts {
  title(date: string): string
  report: string
  confidential: { title: string; text: string }
  media: Record<Medium, string>
  sides: Record<Side, string>
  /** A client and the user account under which it acted. */
  who(side: Side, client: string, user: string): string
  gaps: Record<GapReason, string>
  gapsExplained: Record<GapReason, string>
  acts: Record<AccessAct, string>
  consentStates: Record<ConsentState, string>
  commands: Record<CommandName, string>
  /** Why a command was refused, by its code; others are told in the recorder's words. */
  refusals: Partial<Record<ErrorCode, string>>
  warnings: Record<WarningCode, string>
  endReasons: Record<WrapUpReason, string>
  closeReasons: Record<CloseReason, string>
  /** The name of a mark in the picture. */
  markName(mark: Mark): string
  facts: Record<
    'startedBy' | 'computer' | 'start' | 'end' | 'length' | 'recorded' | 'ended' | 'closed' | 'id',
    string
  > & {
    zone(zone: string, offset: string): string
    unknown: string
    recordedOf(part: string): string
  }
  picture: {
    heading: string
    label(length: string): string
    recorded: string
    afterwards: string
    lanes: Record<Mark['kind'], string>
    intro: string
    legend: { wanted: string; unwanted: string }
    shortened: string
  }
  verdict: {
    heading: string
    good: string
    bad(count: number): string
    events(count: string): string
    proven(count: string, size: string): string
    complete(facts: string): string
    segments(intact: string, count: string): string
    signed(signers: string): string
    /** Who has confirmed the first `size` records of the log, and when. */
    cosigned(witness: string, when: string, size: string): string
    timestamped(when: string, size: string): string
    unknownTime: string
    /** How many of the events of the recording are among them. */
    covers(covered: string, events: string): string
    composed: string
    noComposed(reason: string): string
    own: string
    finding(finding: Finding): string
  }
  stretches: {
    heading: string
    none: string
    /** In place of `none` where all are folded away. */
    onlyShort: string
    columns: [when: string, length: string, media: string, reason: string, who: string]
    short(count: number): string
    /** How often, and how long in all. */
    sum(count: string, length: string): string
    all(count: number): string
    untilEnd: string
    began(who: string): string
    ended(who: string): string
    itself: string
  }
  interruption(at: string, lastSeen: string): string
  consent: { heading: string; none: string; method: string; note: string }
  holds: {
    heading: string
    inForce: string
    released(at: string, who: string, reason: string): string
  }
  refused: {
    heading: string
    none: string
    columns: [when: string, who: string, what: string, why: string]
    times(count: number): string
    wanted(command: string): string
    words: string
  }
  warned: { heading: string; from(from: string, to: string): string; since(from: string): string }
  tags: {
    heading: string
    none: string
    columns: [key: string, value: string, who: string, when: string]
    former: string
    technical(count: number): string
  }
  accesses: {
    heading: string
    none: string
    intro: string
    columns: [when: string, who: string, what: string]
  }
  files: {
    heading: string
    intro: string
    summary(count: number): string
    columns: [file: string, when: string, length: string, size: string, hash: string]
    stored: string
    media: string
    salvaged: string
    damaged: string
  }
  check: {
    heading: string
    intro: string
    python: string
    pythonResult: string
    key: string
    play: string
    open: string
    hashes: string
    hashesSummary(count: number): string
    signature: string
    signatureResult: string
    timestamp: string
    witness: string
    limits: string
  }
  footer(at: string, version: string): string
  summaryOnly: string
}
