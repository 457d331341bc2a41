/** Measures the opening of a long log: after a stop, after a crash, and all verified at once. */
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { TEST_KEYS } from '../lab/test-keys.ts'
import { openEventLog } from '../src/store/event-log.ts'
import type { EventLog } from '../src/store/port.ts'
import { writeRecording } from '../test/store/support/corruption.ts'
import type { Pace } from './pace.ts'
import { median } from './statistics.ts'
import { alone, compared, type Findings } from './table.ts'

const WRITTEN_TOGETHER = 100
const WARM_UP = 5
const SUFFIXES = ['', '.witness', '.state']

/** Measures openings, and a pause while the log is verified in the background. */
export async function benchOpening(pace: Pace): Promise<Findings> {
  const home = await mkdtemp(join(tmpdir(), 'f2f-bench-opening-'))
  const [log, crashed] = [join(home, 'log'), join(home, 'crashed')]
  try {
    const events = await write(log, crashed, pace.openingEvents)
    const afterCrash: number[] = []
    for (let round = 0; round < pace.openingRounds; round++) {
      const copy = join(home, 'copy')
      await copyLog(crashed, copy)
      afterCrash.push(await open(copy))
      await removeLog(copy)
    }
    await removeLog(crashed)
    const afterStop: number[] = []
    for (let round = 0; round < pace.openingRounds; round++) afterStop.push(await open(log))
    const atOnce = await open(log, Number.POSITIVE_INFINITY)
    const { beside, later, seconds } = await pausesBeside(home, pace)
    const what = `opening a log of ${events.toLocaleString('en')} events`
    return {
      rows: [
        alone(`${what}, after a clean stop`, 's', median(afterStop), { of: 'ours', atMost: 1 }),
        alone(`${what}, after a crash`, 's', median(afterCrash), { of: 'ours', atMost: 3 }),
        alone(`${what}, all verified at once`, 's', atOnce),
        compared('pause while the log is verified (afterwards)', 'ms', beside, later, {
          of: 'ratio',
          atMost: 1.1,
        }),
      ],
      remarks: [`opening: the verification in the background took ${seconds.toFixed(0)} s`],
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/**
 * Writes a log with so many events, and copies its files as a kill would leave them. Resolves with
 * the number of events.
 */
async function write(folder: string, crashed: string, count: number): Promise<number> {
  const log = await openLog(folder)
  for (let i = 0; log.position < count; i += WRITTEN_TOGETHER)
    await Promise.all(
      Array.from({ length: WRITTEN_TOGETHER }, (_, n) => writeRecording(log, i + n, 'closed')),
    )
  const { position } = log
  await cp(`${folder}.state`, `${crashed}.earlier`)
  await log.close()
  // A kill leaves the files of the database like this, too, but no newer state.
  await copyLog(folder, crashed)
  await rename(`${crashed}.earlier`, `${crashed}.state`)
  return position
}

function openLog(folder: string, verifiedAtOnce?: number): Promise<EventLog> {
  const more = verifiedAtOnce === undefined ? {} : { verifiedAtOnce }
  return openEventLog({ keys: TEST_KEYS, folder, witnessFile: `${folder}.witness`, ...more })
}

/** Resolves with the seconds that an opening takes. */
async function open(folder: string, verifiedAtOnce?: number): Promise<number> {
  const began = performance.now()
  const log = await openLog(folder, verifiedAtOnce)
  const seconds = (performance.now() - began) / 1_000
  await log.close()
  return seconds
}

async function copyLog(from: string, to: string): Promise<void> {
  for (const suffix of SUFFIXES) await cp(from + suffix, to + suffix, { recursive: true })
}

async function removeLog(folder: string): Promise<void> {
  for (const suffix of SUFFIXES) await rm(folder + suffix, { recursive: true, force: true })
}

/** Pauses a recording of synthetic media while the log is verified, and as often afterwards. */
async function pausesBeside(home: string, { latencyRounds }: Pace) {
  const daemon = await startDaemon({ home })
  try {
    const began = performance.now()
    await daemon.api('POST', '/recordings', { media: ['audio', 'screen'] })
    const [beside, later]: [number[], number[]] = [[], []]
    // The first ones of a process are slow, whatever it does beside them.
    for (let i = 0; i < WARM_UP; i++) await pauseMs(daemon)
    while (beside.length < latencyRounds && (await isVerifying(daemon)))
      beside.push(await pauseMs(daemon))
    if (!(await isVerifying(daemon))) beside.pop()
    while (await isVerifying(daemon)) await new Promise((resolve) => setTimeout(resolve, 200))
    const seconds = (performance.now() - began) / 1_000
    while (later.length < beside.length) later.push(await pauseMs(daemon))
    return { beside, later, seconds }
  } finally {
    await daemon.stop()
  }
}

async function isVerifying(daemon: Daemon): Promise<boolean> {
  return (await daemon.api('GET', '/application')).body.storage.log === 'verifying'
}

async function pauseMs(daemon: Daemon): Promise<number> {
  const began = performance.now()
  const { status, body } = await daemon.api('POST', '/recordings/current/pause', {})
  const took = performance.now() - began
  if (status !== 200) throw new Error(`A pause was answered with ${JSON.stringify(body)}.`)
  await daemon.api('POST', '/recordings/current/resume', {})
  return took
}
