/**
 * Start, pause, resume and stop of three media: ours and those of OBS on the same virtual desktop,
 * in turns.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { VirtualDesktop } from '../lab/virtual-desktop.ts'
import { commandRound, FLOW_MS, type Round } from './latency.ts'
import { obsProblem, startObs } from './obs.ts'
import type { Pace } from './pace.ts'
import { onStage } from './stage.ts'
import { median, percentile } from './statistics.ts'
import { type Aim, compared, type Findings } from './table.ts'

/** From then on its pipeline runs evenly, and a start of it is a warm one. */
const SETTLING_MS = 2_000
/** The daemon remembers what devices there are for 5 s: a start after that has to ask. */
const FORGETTING_MS = 5_300

type ObsRound = Omit<Round, 'firstOf'>

/** How long commands take until they are done, beside OBS where that is installed. */
export async function benchObs(pace: Pace): Promise<Findings> {
  return onStage(async ({ daemon, desktop }) => {
    const missing = obsProblem()
    const cold: Round[] = []
    const warm: Round[] = []
    const theirs: ObsRound[] = []
    for (let round = 0; round < pace.obsRounds; round++) {
      await wait(FORGETTING_MS)
      cold.push(await commandRound(daemon))
      warm.push(await commandRound(daemon))
      if (missing === null) theirs.push(await obsRound(desktop))
    }
    const row = (what: string, ours: number[], name: keyof ObsRound, aim: Aim | null) =>
      compared(what, 'ms', ours, missing ?? theirs.map((round) => round[name]), aim)
    const later = (rounds: Round[]) =>
      rounds.map(({ firstOf }) => Math.max(firstOf.mic, firstOf.speaker))
    const took = (name: keyof ObsRound) => cold.map((round) => round[name])
    const notSlower: Aim = { of: 'ratio', atMost: 1 }
    const rows = [
      row(
        'start after an idle time: both sounds flow, against OBS saying started',
        later(cold),
        'start',
        notSlower,
      ),
      row(
        'start, devices just asked for: both sounds flow, against OBS saying started',
        later(warm),
        'start',
        notSlower,
      ),
      row('stop of three media, against OBS', took('stop'), 'stop', { of: 'ratio', atMost: 0.2 }),
      row('pause of three media, against OBS', took('pause'), 'pause', null),
      row('resume of three media, against OBS', took('resume'), 'resume', null),
    ]
    const each = (medium: 'mic' | 'speaker') =>
      [cold, warm]
        .map((rounds) => median(rounds.map(({ firstOf }) => firstOf[medium])).toFixed(0))
        .join(' / ')
    const sounds = `start of three media, first sample after an idle time / else: mic ${each('mic')} ms, speaker ${each('speaker')} ms`
    const worst = (name: keyof ObsRound) =>
      percentile(
        theirs.map((round) => round[name]),
        0.9,
      ).toFixed(0)
    const remarks = missing
      ? [sounds, `OBS: ${missing}; on Debian: apt-get install obs-studio`]
      : [
          sounds,
          `OBS: p90 of ${theirs.length}: start ${worst('start')} ms, stop ${worst('stop')} ms`,
        ]
    return { rows, remarks }
  })
}

/** OBS runs for its own turn only: its pipeline works all the time, and would disturb ours. */
async function obsRound(desktop: VirtualDesktop): Promise<ObsRound> {
  const obs = await startObs(desktop)
  try {
    await wait(SETTLING_MS)
    const start = await obs.tell('start')
    const timed = async (name: 'pause' | 'resume' | 'stop'): Promise<number> => {
      await wait(FLOW_MS)
      return obs.tell(name)
    }
    return {
      start,
      pause: await timed('pause'),
      resume: await timed('resume'),
      stop: await timed('stop'),
    }
  } finally {
    await obs.end()
  }
}
