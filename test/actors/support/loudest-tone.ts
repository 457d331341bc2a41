import { between, type Samples, secondsOf, toneDb } from '../../../lab/measure.ts'

/** The level of a tone in the loudest twentieth of a second, in dB. */
export function loudestDb(samples: Samples, hertz: number): number {
  let loudest = -120
  for (let from = 0; from + 0.02 < secondsOf(samples); from += 0.025)
    loudest = Math.max(loudest, toneDb(between(samples, from, from + 0.05), hertz))
  return loudest
}
