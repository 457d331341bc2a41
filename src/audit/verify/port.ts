import type { VerificationView } from '../../contract/verification.ts'

/** The things to verify besides the whole log. */
export interface VerificationRequest {
  /** Verify media and replay only of this recording. */
  recordingId?: string | undefined
  /** A vkey that was received by another way than the log. */
  key?: string | undefined
  /** The texts of receipts. */
  receipts?: readonly string[] | undefined
  /** The keys of witnesses that must have cosigned (C2SP vkeys). */
  witnesses?: readonly string[] | undefined
}

/** The verifications of a running recorder, one after the other. */
export interface VerificationsPort {
  /** Begins a verification, after those before it. */
  begin(request: VerificationRequest): VerificationView
  /** Returns a verification; undefined when it is not known any more. */
  find(id: string): VerificationView | undefined
}

/** The key of a witness that whoever asks knows from elsewhere. */
export interface WitnessKey {
  vkey: string
  /** Whether it must have cosigned. Otherwise only a wrong cosignature of it is a fault. */
  isRequired: boolean
}

/** The answers of outsiders as they are stored in a home, by the sizes of their checkpoints. */
export interface StoredAnswers {
  cosigned: {
    sizes(): Promise<number[]>
    /** Undefined when it is not kept any more. */
    bytes(size: number): Promise<Buffer | undefined>
  }
  timestamps: {
    storedSizes(): Promise<number[]>
    /** The bytes that the timestamp of a size is of. */
    checkpoint(size: number): Promise<Buffer | undefined>
    /** The answer of the authority. */
    timestamp(size: number): Promise<Buffer | undefined>
  }
}
