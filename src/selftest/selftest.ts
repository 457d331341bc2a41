import { createFfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import type { Area } from '../x11/connection.ts'
import { Beeper } from './beeper.ts'
import { findBeeps, findFlashes } from './find-pulses.ts'
import { openFlash } from './open-flash.ts'

/** Sound and picture of one instant may be this far apart, in ms. */
export const SYNC_LIMIT_MS = 40

const FLASH_MS = 300
/** Uneven pauses, so that the flashes fall on every part of a frame's time. */
const REST_MS = [610, 733, 577, 691, 649]

/** The measured times of one beep and one flash, epoch ms. */
export interface Pulse {
  beepAt: number
  flashAt: number
}

/** The flashes and beeps that were produced, and the place of the flashes in the recording. */
export interface Stimulus {
  area: Area
  pulses: Pulse[]
}

/**
 * Beeps and flashes `count` times. Rejects with BeepError, FlashError, X11Error or WaylandError.
 */
export async function stimulateSync(
  count: number,
  { screen, sink }: { screen: string; sink: string },
  env: NodeJS.ProcessEnv,
  onPulse: (number: number) => void,
): Promise<Stimulus> {
  const { window, area } = await openFlash(screen, env)
  try {
    const beeper = await Beeper.open(sink, env)
    try {
      const pulses: Pulse[] = []
      for (let number = 0; number < count; number++) {
        await new Promise((resolve) => setTimeout(resolve, REST_MS[number % REST_MS.length]))
        onPulse(number + 1)
        const beepAt = await beeper.beep()
        pulses.push({ beepAt, flashAt: await window.flash(FLASH_MS) })
      }
      return { area, pulses }
    } finally {
      beeper.close()
    }
  } finally {
    window.close()
  }
}

/**
 * Measures how far each pulse's picture lags its sound in a file, in ms, less the real lag.
 * Negative means ahead. Rejects when the file does not contain every flash and beep.
 */
export async function measureSync(
  file: string,
  { area, pulses }: Stimulus,
  options: { env: NodeJS.ProcessEnv; ffmpegPath?: string | undefined },
): Promise<number[]> {
  const { path } = await createFfmpegLocator({ ...options, inputs: [] }).ffmpeg()
  const beeps = await findBeeps(file, path)
  const flashes = await findFlashes(file, path, area)
  if (beeps.length !== pulses.length || flashes.length !== pulses.length) {
    throw new Error(
      `The file has ${flashes.length} flashes and ${beeps.length} beeps of ${pulses.length}. Something else was playing or was on top of the screen, or the computer was too busy.`,
    )
  }
  return pulses.map(({ beepAt, flashAt }, index) => {
    const recordedMs = (flashes[index]! - beeps[index]!) * 1_000
    return Math.round(10 * (recordedMs - (flashAt - beepAt))) / 10
  })
}
