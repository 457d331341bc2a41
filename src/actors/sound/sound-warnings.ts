import type { Level } from '../../contract/views.ts'
import type { PipelineEvents } from '../segment/pipeline.ts'
import { SilenceWatch } from './silence-watch.ts'

/** The warnings about flowing sound: it is muted, or nothing but silence comes. */
export class SoundWarnings {
  readonly #report: PipelineEvents['warning']
  readonly #silence = new SilenceWatch((silent) => {
    this.#isSilent = silent
    this.#reportSilence()
  })
  #isSilent = false
  #muted: string | null = null
  #isSilenceReported = false

  constructor(report: PipelineEvents['warning']) {
    this.#report = report
  }

  /** Observes how loud sound is whose silence would be a fault. */
  observe(level: Level): void {
    this.#silence.push(level)
  }

  /** The device is muted, for the reason of `detail`; null: it is not. */
  setMuted(detail: string | null): void {
    this.#report({
      code: 'SOURCE_MUTED',
      present: detail !== null,
      detail: detail ?? 'The device is not muted.',
    })
    this.#muted = detail
    this.#reportSilence()
  }

  /**
   * Reports silence, or its end. A mute already explains the silence, so it is not reported then.
   */
  #reportSilence(): void {
    const present = this.#isSilent && this.#muted === null
    if (present === this.#isSilenceReported) return
    this.#isSilenceReported = present
    const detail = present
      ? 'Nothing but digital silence has come for 4 s.'
      : 'Something can be heard again.'
    this.#report({ code: 'SOURCE_SILENT', present, detail })
  }
}
