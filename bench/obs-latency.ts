/**
 * Compares start, pause, resume and stop of three media with those of OBS on the same virtual
 * desktop, in alternating rounds.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { VirtualDesktop } from '../lab/virtual-desktop.ts'
import { commandRound, FLOW_MS, type Round } from './latency.ts'
import { obsProblem, startObs } from './obs.ts'
import type { Pace } from './pace.ts'
import { onStage } from './stage.ts'
import { median, percentile } from './statistics.ts'
import { type Aim, compared, type Findings } from './table.ts'

/** Time until the pipeline of OBS runs evenly, so that its start is a warm one. */
const SETTLING_MS = 2_000
/** The daemon caches its list of devices for 5 s; a start after that has to query them. */
const CACHE_EXPIRED_MS = 5_300

type ObsRound = Omit<Round, 'firstSampleMs'>

/** Measures how long commands take, and compares them with OBS where it is installed. */
export async function benchObs(pace: Pace): Promise<Findings> {
  return onStage(async ({ daemon, desktop }) => {
    const missing = obsProblem()
    const cold: Round[] = []
    const warm: Round[] = []
    const theirs: ObsRound[] = []
    for (let round = 0; round < pace.obsRounds; round++) {
      await wait(CACHE_EXPIRED_MS)
      cold.push(await commandRound(daemon))
      warm.push(await commandRound(daemon))
      if (missing === null) theirs.push(await obsRound(desktop))
    }
    const row = (what: string, ours: number[], name: keyof ObsRound, aim: Aim | null) =>
      compared(what, 'ms', ours, missing ?? theirs.map((round) => round[name]), aim)
    const bothSoundsFlow = (rounds: Round[]) =>
      rounds.map(({ firstSampleMs }) => Math.max(firstSampleMs.mic, firstSampleMs.speaker))
    const durations = (name: keyof ObsRound) => cold.map((round) => round[name])
    const notSlower: Aim = { of: 'ratio', atMost: 1 }
    const rows = [
      row(
        'start after an idle time: both sounds flow, against OBS saying started',
        bothSoundsFlow(cold),
        'start',
        notSlower,
      ),
      row(
        'start, devices just asked for: both sounds flow, against OBS saying started',
        bothSoundsFlow(warm),
        'start',
        notSlower,
      ),
      row('stop of three media, against OBS', durations('stop'), 'stop', {
        of: 'ratio',
        atMost: 0.2,
      }),
      row('pause of three media, against OBS', durations('pause'), 'pause', null),
      row('resume of three media, against OBS', durations('resume'), 'resume', null),
    ]
    const each = (medium: 'mic' | 'speaker') =>
      [cold, warm]
        .map((rounds) => median(rounds.map((round) => round.firstSampleMs[medium])).toFixed(0))
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

/** Runs OBS for this round only: its pipeline works all the time and would disturb the recorder. */
async function obsRound(desktop: VirtualDesktop): Promise<ObsRound> {
  const obs = await startObs(desktop)
  try {
    await wait(SETTLING_MS)
    const start = await obs.run('start')
    const timed = async (name: 'pause' | 'resume' | 'stop'): Promise<number> => {
      await wait(FLOW_MS)
      return obs.run(name)
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
