/**
 * Compares CPU and memory of recording three media with bare ffmpeg and OBS on the same virtual
 * desktop, in alternating rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeAudio, frameColor, rmsDb, videoSeconds } from '../lab/measure.ts'
import type { VirtualDesktop } from '../lab/virtual-desktop.ts'
import { MEDIA } from '../src/contract/media.ts'
import { startBareCapture } from './bare-capture.ts'
import { obsProblem, startObs } from './obs.ts'
import type { Pace } from './pace.ts'
import { endedChildrenCpuMs, ownCpuMs, treeCpuMs, treePssMb } from './processes.ts'
import { command, onStage, type Stage } from './stage.ts'
import { median } from './statistics.ts'
import { type Aim, compared, type Findings, type Row } from './table.ts'

/** The cost of one recording. */
interface Cost {
  /** CPU of all its processes, from before its start until after its stop. */
  cores: number
  /** PSS of all its processes just before the stop. */
  mb: number
  /** CPU that the X and the sound server used meanwhile, for any client. */
  serverCores: number
}

/** A program that records: its CPU time so far (ms), its memory now, and its commands. */
interface MeasuredRecorder {
  cpuMs(): number
  mb(): number
  start(): Promise<unknown>
  stop(): Promise<unknown>
}

/**
 * Measures CPU and memory while three media are recorded, with a moving and with a still screen.
 */
export async function benchRecording(pace: Pace): Promise<Findings> {
  const moving = await onStage((stage) => compareRecorders(stage, pace, 'moving screen'))
  const still = await onStage((stage) => compareRecorders(stage, pace, 'still screen'), {
    movement: false,
  })
  return { rows: [...moving.rows, ...still.rows], remarks: [...moving.remarks, ...still.remarks] }
}

async function compareRecorders(
  stage: Stage,
  { recordingRounds, recordingMs }: Pace,
  screen: string,
): Promise<Findings> {
  const { desktop, daemon } = stage
  const costs: Costs = { ours: [], bare: [], obs: [] }
  const own: number[] = []
  const idling: number[] = []
  const missing = obsProblem()
  for (let round = 0; round < recordingRounds; round++) {
    costs.bare.push(await withBare(desktop, (bare) => record(bare, desktop, recordingMs)))
    const before = ownCpuMs(daemon.pid)
    costs.ours.push(await record(ours(stage), desktop, recordingMs))
    own.push((ownCpuMs(daemon.pid) - before) / recordingMs)
    if (missing === null) {
      const { cost, idleCores } = await recordWithObs(desktop, recordingMs)
      costs.obs.push(cost)
      idling.push(idleCores)
    }
  }
  return {
    rows: rowsOf(costs, missing, recordingMs, screen),
    remarks: remarksOf(costs, own, idling, screen),
  }
}

type Costs = Record<'ours' | 'bare' | 'obs', Cost[]>

/** Makes the rows of a screen. `missing` is the reason where OBS has no costs. */
function rowsOf(costs: Costs, missing: string | null, recordingMs: number, screen: string): Row[] {
  const against = (
    what: string,
    unit: string,
    figure: 'cores' | 'mb',
    most: { bare?: number; obs: number },
  ) => {
    const all = (recorder: keyof Costs) => costs[recorder].map((cost) => cost[figure])
    const aim = (atMost: number | undefined): Aim | null =>
      atMost === undefined ? null : { of: 'ratio', atMost }
    return [
      compared(`${what}, against bare ffmpeg`, unit, all('ours'), all('bare'), aim(most.bare)),
      compared(`${what}, against OBS`, unit, all('ours'), missing ?? all('obs'), aim(most.obs)),
    ]
  }
  const isStill = screen === 'still screen'
  const cpu = `CPU while recording three media for ${recordingMs / 1_000} s, ${screen}`
  const memory = `memory (PSS) while recording three media, ${screen}`
  return [
    ...against(cpu, 'core', 'cores', isStill ? { bare: 0.6, obs: 0.15 } : { bare: 1, obs: 0.3 }),
    ...against(memory, 'MB', 'mb', { obs: 0.45 }),
  ]
}

/** Describes the CPU of the daemon alone, of the servers, and of OBS before it records. */
function remarksOf(costs: Costs, own: number[], idling: number[], screen: string): string[] {
  const cores = (values: readonly number[]) => median(values).toFixed(3)
  const hasObs = idling.length > 0
  const recorders = hasObs ? (['ours', 'bare', 'obs'] as const) : (['ours', 'bare'] as const)
  const servers = recorders.map((recorder) =>
    cores(costs[recorder].map(({ serverCores }) => serverCores)),
  )
  const recording = cores(costs.ours.map((cost) => cost.cores))
  const remarks = [
    `${screen}: of our ${recording} core the daemon itself took ${cores(own)}`,
    `${screen}: the X and the sound server took ${servers.join(' / ')} core meanwhile (f2f / bare${hasObs ? ' / OBS' : ''})`,
  ]
  if (hasObs) remarks.push(`${screen}: OBS took ${cores(idling)} core before it was told to record`)
  return remarks
}

async function record(
  recorder: MeasuredRecorder,
  { pids }: VirtualDesktop,
  ms: number,
): Promise<Cost> {
  const servers = () => ownCpuMs(pids.xvfb) + ownCpuMs(pids.pulseaudio)
  const before = { cpu: recorder.cpuMs(), servers: servers() }
  await recorder.start()
  await wait(ms)
  const mb = recorder.mb()
  await recorder.stop()
  return {
    cores: (recorder.cpuMs() - before.cpu) / ms,
    mb,
    serverCores: (servers() - before.servers) / ms,
  }
}

function ours({ daemon }: Stage): MeasuredRecorder {
  let id = ''
  return {
    cpuMs: () => treeCpuMs(daemon.pid),
    mb: () => treePssMb([daemon.pid]),
    start: async () => ({ id } = await command(daemon, '/recordings')),
    async stop() {
      await command(daemon, `/recordings/${id}/stop`)
      await command(daemon, `/recordings/${id}/close`)
    },
  }
}

async function withBare<T>(
  desktop: VirtualDesktop,
  use: (bare: MeasuredRecorder) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-bare-'))
  let capture: ReturnType<typeof startBareCapture> | undefined
  const stop = async (): Promise<void> => {
    const running = capture
    capture = undefined
    await running?.stop()
  }
  try {
    return await use({
      cpuMs: () => endedChildrenCpuMs(process.pid),
      mb: () => treePssMb(capture?.pids ?? []),
      async start() {
        capture = startBareCapture(MEDIA, desktop, folder)
      },
      stop,
    })
  } finally {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const SETTLING_MS = 2_000

/** Runs OBS for this round only: its pipeline works all the time and would disturb the others. */
async function recordWithObs(
  desktop: VirtualDesktop,
  ms: number,
): Promise<{ cost: Cost; idleCores: number }> {
  const obs = await startObs(desktop)
  try {
    await wait(SETTLING_MS)
    const before = treeCpuMs(obs.pid)
    await wait(SETTLING_MS)
    const idleCores = (treeCpuMs(obs.pid) - before) / SETTLING_MS
    const recorder: MeasuredRecorder = {
      cpuMs: () => treeCpuMs(obs.pid),
      mb: () => treePssMb([obs.pid]),
      start: () => obs.run('start'),
      stop: () => obs.run('stop'),
    }
    const cost = await record(recorder, desktop, ms)
    await assertRecorded(obs.file, ms / 1_000)
    return { cost, idleCores }
  } finally {
    await obs.end()
  }
}

const MISSING_SECONDS = 1
const SILENT_DB = -60
const BLACK = 16

/** Throws when the file lacks picture or sound: a recorder that records nothing is the cheapest. */
async function assertRecorded(file: string, seconds: number): Promise<void> {
  const sound = rmsDb(await decodeAudio(file))
  const shown = await videoSeconds(file)
  const color = await frameColor(file, shown / 2)
  if (shown > seconds - MISSING_SECONDS && sound > SILENT_DB && Math.max(...color) > BLACK) return
  throw new Error(
    `OBS recorded ${shown} s of colour ${color} and sound of ${sound.toFixed(0)} dB: nothing to compare with`,
  )
}
