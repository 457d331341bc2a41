import type { Level } from '../../contract/views.ts'
import type { SoundCondition } from '../../platform/sound-source.ts'
import type { PipelineEvents } from '../segment/pipeline.ts'
import { SilenceWatch } from './silence-watch.ts'

/** Why a condition is over. */
const OVER: Record<SoundCondition, string> = {
  SOURCE_MUTED: 'The device is not muted.',
  MICROPHONE_CHANGED: 'The microphone is the default one again.',
  SPEAKER_CHANGED: 'The speaker is the default one again.',
}

/** The warnings about flowing sound: a condition of its device, or nothing but silence. */
export class SoundWarnings {
  readonly #report: PipelineEvents['warning']
  readonly #silence = new SilenceWatch((silent) => {
    this.#isSilent = silent
    this.#reportSilence()
  })
  #isSilent = false
  #isMuted = false
  #isSilenceReported = false

  constructor(report: PipelineEvents['warning']) {
    this.#report = report
  }

  /** Observes how loud sound is whose silence would be a fault. */
  observe(level: Level): void {
    this.#silence.push(level)
  }

  /** A condition of the device has begun, for the reason of `detail`; null: it is over. */
  set(code: SoundCondition, detail: string | null): void {
    this.#report({ code, present: detail !== null, detail: detail ?? OVER[code] })
    if (code !== 'SOURCE_MUTED') return
    this.#isMuted = detail !== null
    this.#reportSilence()
  }

  /**
   * Reports silence, or its end. A mute already explains the silence, so it is not reported then.
   */
  #reportSilence(): void {
    const present = this.#isSilent && !this.#isMuted
    if (present === this.#isSilenceReported) return
    this.#isSilenceReported = present
    const detail = present
      ? 'Nothing but digital silence has come for 4 s.'
      : 'Something can be heard again.'
    this.#report({ code: 'SOURCE_SILENT', present, detail })
  }
}
