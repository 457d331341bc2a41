import type { CaptureReport } from '../../actors/capture.ts'
import type { LogEvent } from '../../contract/events.ts'

/** A small picture of the screen that is being recorded, as JPEG. */
export interface LivePicture {
  jpeg: Buffer
  /** Changes with every picture. */
  number: number
}

/** Keeps the newest picture of each recording, in memory only and no longer than its capture. */
export class LivePictures {
  readonly #pictures = new Map<string, LivePicture & { segment: number }>()
  #number = 0

  /** Observes a report of a screen's capture. A cut, or its end, removes the picture. */
  observeReport(recordingId: string, report: CaptureReport): void {
    if (report.type === 'capture.picture' && report.jpeg !== null) {
      const { segment, jpeg } = report
      this.#pictures.set(recordingId, { jpeg, segment, number: ++this.#number })
    } else if (report.type === 'capture.picture' || report.type === 'capture.ended') {
      if (this.#pictures.get(recordingId)?.segment === report.segment)
        this.#pictures.delete(recordingId)
    }
  }

  /** Observes a committed event. A recording that has ended has no picture. */
  observe({ type, recordingId }: LogEvent): void {
    if (recordingId !== null && (type === 'recording.closed' || type === 'recording.startFailed'))
      this.#pictures.delete(recordingId)
  }

  /** Returns the newest picture of a recording; null when its screen is not being captured. */
  newest(recordingId: string): LivePicture | null {
    return this.#pictures.get(recordingId) ?? null
  }
}
