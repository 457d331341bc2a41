import type { VerificationView } from '../../contract/verification.ts'

/** The things to verify besides the whole log. */
export interface VerificationRequest {
  /** Verify media and replay only of this recording. */
  recordingId?: string | undefined
  /** A vkey that was received by another way than the log. */
  key?: string | undefined
  /** The texts of receipts. */
  receipts?: readonly string[] | undefined
}

/** The verifications of a running recorder, one after the other. */
export interface VerificationsPort {
  /** Begins a verification, after those before it. */
  begin(request: VerificationRequest): VerificationView
  /** Returns a verification; undefined when it is not known any more. */
  find(id: string): VerificationView | undefined
}
