import { signal } from '@preact/signals'
import type { Verdict } from '../../../contract/verification.ts'
import { recorder } from '../../live/recorder.ts'

const POLL_MS = 400

/** How far a verification is. `percent` is of the present one of its two parts. */
export type VerificationState =
  | { name: 'idle' }
  | { name: 'running'; percent: number }
  | { name: 'done'; verdict: Verdict }
  /** Null when the recorder could not complete it. */
  | { name: 'failed'; problem: unknown }

/** Lets the recorder verify its log and the media of one recording. */
export class RecordingVerification {
  readonly state = signal<VerificationState>({ name: 'idle' })
  readonly #id: string
  readonly #aborter = new AbortController()

  constructor(id: string) {
    this.#id = id
  }

  /** Verifies. The state says how far that is, and then what was found. */
  async start(): Promise<void> {
    if (this.state.value.name === 'running') return
    this.state.value = { name: 'running', percent: 0 }
    const { signal } = this.#aborter
    try {
      let view = await recorder.verify({ recordingId: this.#id }, { signal })
      while (view.state === 'waiting' || view.state === 'running') {
        const { done, total } = view.progress ?? { done: 0, total: 1 }
        this.state.value = { name: 'running', percent: total === 0 ? 0 : (100 * done) / total }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        view = await recorder.verification(view.id, { signal })
      }
      const { verdict } = view
      this.state.value = verdict ? { name: 'done', verdict } : { name: 'failed', problem: null }
    } catch (problem) {
      if (!signal.aborted) this.state.value = { name: 'failed', problem }
    }
  }

  /** Asks no more. The recorder completes what it has begun. */
  close(): void {
    this.#aborter.abort()
  }
}
