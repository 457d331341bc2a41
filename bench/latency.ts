import { setTimeout as wait } from 'node:timers/promises'
import type { Daemon } from '../lab/daemon.ts'
import type { Pace } from './pace.ts'
import { command, onLabStage } from './stage.ts'
import { percentile } from './statistics.ts'
import { alone, type Findings } from './table.ts'

/** Time that media flow or are paused before the next command. */
export const FLOW_MS = 400

/** The shares of the rounds that are shown, and the longest time that each of them may take, ms. */
const AIMS = {
  stop: [
    [0.5, 300],
    [0.99, 300],
  ],
  pause: [
    [0.5, null],
    [0.99, null],
  ],
  resume: [
    [0.5, 100],
    [0.99, null],
  ],
  start: [
    [0.5, 150],
    [0.99, 250],
  ],
} as const

/** Time from each of the four commands to its answer, ms. */
export interface Round {
  start: number
  pause: number
  resume: number
  stop: number
  /** The first sample of each sound, ms after the start was sent. */
  firstSampleMs: { mic: number; speaker: number }
}

/**
 * Measures the time from start, pause, resume and stop of all three media to their answers. An
 * answer means that the command is confirmed and durable.
 */
export async function benchLatency(pace: Pace): Promise<Findings> {
  return onLabStage(async (daemon) => {
    const rounds: Round[] = []
    for (let round = 0; round < pace.latencyRounds; round++) rounds.push(await commandRound(daemon))
    const names = ['stop', 'pause', 'resume', 'start'] as const
    return {
      rows: names.flatMap((name) =>
        AIMS[name].map(([share, atMost]) => {
          const values = rounds.map((round) => round[name])
          const what = `${name}, p${share * 100} of ${values.length}`
          return alone(what, 'ms', percentile(values, share), atMost && { of: 'ours', atMost })
        }),
      ),
      remarks: [],
    }
  })
}

/** Starts, pauses, resumes, stops and closes a recording of three media. */
export async function commandRound(daemon: Daemon): Promise<Round> {
  const started = await command(daemon, '/recordings')
  const { id, sentAt } = started
  const timed = async (name: string): Promise<number> => {
    await wait(FLOW_MS)
    return (await command(daemon, `/recordings/${id}/${name}`)).answeredMs
  }
  const [pause, resume, stop] = [await timed('pause'), await timed('resume'), await timed('stop')]
  await command(daemon, `/recordings/${id}/close`)
  const { body } = await daemon.api('GET', `/recordings/${id}/events`)
  const first = (medium: 'mic' | 'speaker'): number => {
    const opened = body.items.find(
      ({ type, data }: { type: string; data: { medium?: string } }) =>
        type === 'segment.opened' && data.medium === medium,
    )
    return Date.parse(opened.data.startedAt) - sentAt
  }
  return {
    start: started.answeredMs,
    pause,
    resume,
    stop,
    firstSampleMs: { mic: first('mic'), speaker: first('speaker') },
  }
}
