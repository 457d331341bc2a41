import type { EventLogOptions, LogSettings } from './event-log-options.ts'
import { LevelEventLog } from './level-event-log.ts'
import { openFromState, VERIFIED_AT_ONCE } from './opening/open-from-state.ts'
import { openVerifiedLog } from './opening/open-verified-log.ts'
import type { EventLog } from './port.ts'
import { ValueSeals } from './sealing/value-seals.ts'

export type { EventLogOptions } from './event-log-options.ts'

/**
 * Opens the event log of a folder. Verifies it from its first event to its last, and brings its
 * projections up to date; or opens it from its stored state, and does so in the background. Rejects
 * with RecorderError STORAGE_UNAVAILABLE (damaged: the detail names the position; open elsewhere:
 * LEVEL_LOCKED among the causes; not readable; WitnessLostError) or STORAGE_FULL.
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const { onLocked, ...others } = options
  const settings: LogSettings = {
    ...others,
    seals: new ValueSeals(options.keys),
    monotonic: options.monotonic ?? (() => performance.now()),
    onProgress: options.onProgress ?? (() => {}),
    witnessFile: options.witnessFile ?? `${options.folder}.head`,
    onProblem: options.onProblem ?? ((problem) => process.emitWarning(problem)),
    verifiedAtOnce: options.verifiedAtOnce ?? VERIFIED_AT_ONCE,
  }
  const unverified = await openFromState({ ...settings, onLocked })
  if (unverified) return new LevelEventLog(settings, unverified.log, unverified)
  return new LevelEventLog(settings, await openVerifiedLog({ ...settings, onLocked }))
}
