/** Compares the schemas of answers with the types that the rest of the recorder uses for them. */
import type * as z from 'zod'
import type { AuditKey, ConsistencyProof } from '../../contract/audit-key.ts'
import type { Chart } from '../../contract/chart.ts'
import type { AccessView, HoldView, KeyStatus, RetentionStatus } from '../../contract/custody.ts'
import type { Medium } from '../../contract/media.ts'
import type { OutsiderView } from '../../contract/outsiders.ts'
import type { Same } from '../../contract/same-type.ts'
import type { VerificationView } from '../../contract/verification.ts'
import type {
  ApplicationView,
  DeviceList,
  ReadinessView,
  RecordingAnswer,
  SegmentView,
  TagEntry,
} from '../../contract/views.ts'
import type { ANSWERS } from './answers.ts'

/** The types by the names of their schemas. */
interface AnswerTypes {
  AccessPage: { items: AccessView[]; nextCursor: string | null }
  Application: ApplicationView
  AuditKey: AuditKey
  Chart: Chart
  ConsistencyProof: ConsistencyProof
  Devices: Record<Medium, DeviceList>
  Hold: HoldView
  Keys: KeyStatus
  Outsiders: { items: OutsiderView[] }
  Readiness: ReadinessView
  RecordingWithHistory: CompleteRecording
  RetentionStatus: RetentionStatus
  Segment: SegmentView
  Tag: TagEntry
  Verification: VerificationView
}

/** An answer has every track, and that for one recording the history of its tags. */
type CompleteRecording = Omit<RecordingAnswer, 'tracks' | 'tagHistory'> & {
  tracks: Required<RecordingAnswer['tracks']>
  tagHistory: TagEntry[]
}

type Differing = {
  [N in keyof AnswerTypes]: Same<z.infer<(typeof ANSWERS)[N]>, AnswerTypes[N]> extends true
    ? never
    : N
}[keyof AnswerTypes]

type None<T extends never> = T
/** Fails to compile if a schema and its type differ; the compiler then names the answers. */
export type DifferingAnswers = None<Differing>
