import { setTimeout as delay } from 'node:timers/promises'
import { type Device, MEDIA, type Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import { keepSpare, type SpareProgram } from './keep-spare.ts'
import type { Spares } from './spares.ts'

/** Between two programs: starting one takes a processor for a fifth of a second. */
const BETWEEN_MS = 500

/** The device and the quality of a capture. */
export interface CaptureChoice {
  device: Device
  quality: Quality
}

/** The parts that prepare captures. */
export interface CapturePreparation {
  spares: Spares
  env: NodeJS.ProcessEnv
  /** The last capture of each medium. */
  last: ReadonlyMap<Medium, CaptureChoice>
  /** The default device of a medium. */
  resolve(medium: Medium): Promise<Device>
  /** The program of a medium's capture; undefined when it cannot be started in advance. */
  program(medium: Medium, choice: CaptureChoice): SpareProgram | undefined
  /** Ends it between two media. */
  signal: AbortSignal
}

/**
 * Makes the spares for the next captures, one after the other: as the last capture of each medium
 * was, or else of the default device at `quality`. Leaves media alone that are being captured, and
 * those without a device. Opens no device. Rejects when it is aborted.
 */
export async function prepareCaptures(
  { spares, env, last, resolve, program, signal }: CapturePreparation,
  quality: Quality,
): Promise<void> {
  for (const medium of MEDIA) {
    if (!spares.isAlwaysKept) return
    if (spares.isCapturing(medium)) continue
    try {
      const choice = last.get(medium) ?? { device: await resolve(medium), quality }
      const wanted = program(medium, choice)
      if (wanted === undefined) continue
      await keepSpare(wanted, spares, env)
    } catch {
      // Readiness reports what is missing, and so does a start.
      continue
    }
    await delay(BETWEEN_MS, undefined, { signal })
  }
}
