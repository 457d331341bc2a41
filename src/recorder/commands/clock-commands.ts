import type { By } from '../../contract/by.ts'
import type { MachineCommand } from '../../contract/commands.ts'
import type { Medium } from '../../contract/media.ts'
import { trackState } from '../../machines/recording-fold.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import type { RecordingClock } from '../live-recording.ts'
import { arbitrate, isRefusal } from './arbitration.ts'
import type { CommandHandler } from './command-handler.ts'

/** The parts that clock commands work with. */
export interface ClockCommandsOptions {
  facts: FactPipeline
  commands: Pick<CommandHandler, 'systemStop' | 'systemClose'>
  system: By & { side: 'system' }
  now(): number
  onFault(what: string, error: unknown): void
}

/** Turns the firing of a recording's clocks into commands of the system, or into a warning. */
export class ClockCommands {
  readonly #options: ClockCommandsOptions

  constructor(options: ClockCommandsOptions) {
    this.#options = options
  }

  /** Acts on a clock of a recording that has fired. */
  fired(id: string, fired: RecordingClock): void {
    const { facts, commands, system, onFault } = this.#options
    // With the log closed for now, recovery arms the clock again.
    if (facts.failure) return
    if (fired.clock === 'pause') {
      this.#pauseOverdue(id, fired.medium)
      return
    }
    const { clock } = fired
    const name = clock === 'maxDuration' ? 'track.stop' : 'recording.close'
    const command: MachineCommand = { name, recordingId: id, request: {}, by: system }
    // Another command may have come first; that refusal is not worth an event.
    if (!facts.recordings.has(id) || isRefusal(arbitrate(facts.recordings, command))) return
    const done =
      clock === 'maxDuration' ? commands.systemStop(id, 'maxDuration') : commands.systemClose(id)
    done.catch((error) => onFault(`the ${clock} clock`, error))
  }

  /**
   * Warns that a pause has exceeded its limit. A pause never ends by itself: nobody knows what
   * could be heard or seen now.
   */
  #pauseOverdue(id: string, medium: Medium): void {
    const { facts, system, onFault } = this.#options
    const track = facts.recordings.get(id)?.tracks[medium]
    // Another pause may have begun meanwhile, with another limit or none.
    const isOver = Date.parse(track?.context.overdueAt ?? '') <= this.#options.now()
    if (track === undefined || trackState(track) !== 'paused' || !isOver) return
    const detail = `The pause of the ${medium} has exceeded its limit: it should have ended at ${track.context.overdueAt}.`
    facts
      .append({ by: system, commandId: null }, (batch) => {
        batch.add(id, 'warning.raised', { code: 'PAUSE_OVERDUE', medium, detail })
      })
      .catch((error) => onFault('the pause clock', error))
  }
}
