/** Compares starts with those of bare ffmpeg on the same virtual desktop, in alternating rounds. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Daemon } from '../lab/daemon.ts'
import type { Medium } from '../src/contract/media.ts'
import { type BareStart, bareStart } from './bare-capture.ts'
import type { Pace } from './pace.ts'
import { command, onStage, type Stage } from './stage.ts'
import { percentile } from './statistics.ts'
import { type Aim, compared, type Findings, type Row } from './table.ts'

/** The daemon caches its list of devices for 5 s; a start after that has to query them. */
const CACHE_EXPIRED_MS = 5_300

/** Measures the time from the command to the first sample. */
export async function benchCapture(pace: Pace): Promise<Findings> {
  return onStage((stage) => benchStarts(stage, pace.starts))
}

/** A start of the recorder: its first sample and its answer, in ms after the command was sent. */
interface Start {
  firstSampleMs: number
  answeredMs: number
}

interface Starts {
  cold: Start[]
  warm: Start[]
  bare: BareStart[]
}

async function benchStarts({ daemon, desktop }: Stage, rounds: number): Promise<Findings> {
  const found: Record<'mic' | 'screen', Starts> = {
    mic: { cold: [], warm: [], bare: [] },
    screen: { cold: [], warm: [], bare: [] },
  }
  for (let round = 0; round < rounds; round++) {
    await wait(CACHE_EXPIRED_MS)
    for (const medium of ['mic', 'screen'] as const) {
      found[medium].cold.push(await start(daemon, medium))
      found[medium].bare.push(await bareStart(medium, desktop))
      found[medium].warm.push(await start(daemon, medium))
    }
  }
  const { mic, screen } = found
  const audioAim: Aim = { of: 'ours', atMost: 60 }
  const screenAim: Aim = { of: 'ratio', atMost: 1.1 }
  const row = (what: string, starts: Start[], bare: BareStart[], aim: Aim) =>
    startRow(`${what}, against bare ffmpeg`, starts, bare, aim)
  const answered = 'start answered, after an idle time, against bare ffmpeg'
  return {
    rows: [
      row('audio: first sample after an idle time', mic.cold, mic.bare, audioAim),
      row('audio: first sample, devices just asked for', mic.warm, mic.bare, audioAim),
      row('screen: first frame after an idle time', screen.cold, screen.bare, screenAim),
      row('screen: first frame, devices just asked for', screen.warm, screen.bare, screenAim),
      answerRow(`audio: ${answered}`, mic.cold, mic.bare),
      answerRow(`screen: ${answered}`, screen.cold, screen.bare),
    ],
    remarks: [remark('mic', mic), remark('screen', screen)],
  }
}

function remark(medium: string, { cold, warm, bare }: Starts): string {
  const p90 = (starts: readonly { firstSampleMs: number }[]) => {
    const values = starts.map(({ firstSampleMs }) => firstSampleMs)
    return percentile(values, 0.9).toFixed(0)
  }
  return `${medium}: first sample, p90 of ${cold.length}: ${p90(cold)} ms after an idle time, ${p90(warm)} ms else, ${p90(bare)} ms bare`
}

/** Starts one medium in a recording of its own and ends it again. */
async function start(daemon: Daemon, medium: Medium): Promise<Start> {
  const { sentAt, answeredMs, id } = await command(daemon, '/recordings', { media: [medium] })
  await command(daemon, `/recordings/${id}/stop`)
  await command(daemon, `/recordings/${id}/close`)
  const { body } = await daemon.api('GET', `/recordings/${id}/events`)
  const opened = body.items.find((event: { type: string }) => event.type === 'segment.opened')
  return { firstSampleMs: Date.parse(opened.data.startedAt) - sentAt, answeredMs }
}

function startRow(what: string, ours: Start[], bare: BareStart[], aim: Aim): Row {
  return compared(
    what,
    'ms',
    ours.map((start) => start.firstSampleMs),
    bare.map((start) => start.firstSampleMs),
    aim,
  )
}

function answerRow(what: string, ours: Start[], bare: BareStart[]): Row {
  return compared(
    what,
    'ms',
    ours.map((start) => start.answeredMs),
    bare.map((start) => start.firstOutputMs),
  )
}
