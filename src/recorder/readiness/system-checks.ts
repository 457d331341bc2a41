import type { CapturePlatform } from '../../actors/port.ts'
import type { CustodyRules } from '../../contract/custody.ts'
import { ERRORS, type RecorderError } from '../../contract/errors.ts'
import type { ReadinessCheck } from '../../contract/views.ts'
import { WARNINGS } from '../../contract/warnings.ts'
import type { KeyRing } from '../../custody/port.ts'
import { isDiskFull } from '../../disk/disk-full.ts'
import type { EventLog } from '../../store/port.ts'
import type { Contradictions } from '../contradictions.ts'
import type { DesktopGuard } from '../custody/desktop-guard.ts'
import type { DiskWatch } from '../disk/disk-watch.ts'
import { DISK_MISSING } from '../disk/recordings-disk.ts'

/** The parts that the system checks work with. */
export interface SystemParts {
  platform: Pick<CapturePlatform, 'encoderProblem' | 'encoderVersion'>
  diskWatch: Pick<DiskWatch, 'check' | 'shortage' | 'tryToWrite'>
  log: Pick<EventLog, 'status' | 'verification' | 'position' | 'events'>
  keys: Pick<KeyRing, 'status'>
  desktop: Pick<DesktopGuard, 'problem'>
  contradictions: Pick<Contradictions, 'detail'>
  rules(): Pick<CustodyRules, 'lock'>
  /** Why nothing can be written; undefined when all is well. */
  failure(): RecorderError | undefined
  /** When this version was built or installed, epoch ms. */
  builtAt: number
  /** Epoch ms, for tests (default: the system clock's). */
  wallClock?: () => number
}

/** The oldest release with all needed features, and its libavcodec. */
const OLDEST_ENCODER = { release: [4, 1], libavcodec: [58, 35] } as const
/** A working morning; with less a conversation may not fit. */
const AMPLE_SECONDS = 4 * 3_600
const EARLIEST_MS = Date.UTC(2025, 0, 1)
/** Events may be this far ahead, because clocks that are being adjusted are rounded. */
const CLOCK_TOLERANCE_MS = 2_000

/** Checks that there is an encoder of a supported version. */
export async function encoderChecks({ platform }: SystemParts): Promise<ReadinessCheck[]> {
  const [problem, version] = await Promise.all([
    platform.encoderProblem(),
    platform.encoderVersion(),
  ])
  const id = 'encoder'
  if (problem !== null) {
    const remedy =
      'Install ffmpeg with libx264 and libopus, or name one in config.json (`ffmpegPath`).'
    return [
      {
        id,
        result: 'fail',
        detail: problem,
        remedy,
      },
    ]
  }
  if (version === null) {
    const remedy = 'Install ffmpeg 4.1 or later.'
    return [{ id, result: 'warn', detail: 'This ffmpeg does not report its version.', remedy }]
  }
  const [, library, ...numbers] = /^(libavcodec )?(\d+)\.(\d+)$/.exec(version) ?? []
  const [major = 0, minor = 0] = numbers.map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_ENCODER[library ? 'libavcodec' : 'release']
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
  if (isOld)
    return [
      {
        id,
        result: 'warn',
        detail: `The version of ffmpeg (${version}) is too old.`,
        remedy: 'Install ffmpeg 4.1 or later.',
      },
    ]
  return [{ id, result: 'pass', detail: `ffmpeg ${version}` }]
}

/**
 * Checks that a working morning fits on the disk, that files can be written on it, and that it is
 * the one of the recordings.
 */
export async function diskChecks({ diskWatch }: SystemParts): Promise<ReadinessCheck[]> {
  const { freeBytes, recordableSeconds, isMissing } = await diskWatch.check()
  const id = 'disk'
  if (freeBytes === undefined) {
    const detail = 'The folder of the recordings cannot be read.'
    return [{ id, result: 'fail', detail, remedy: 'Check the disk of the home folder.' }]
  }
  const { shortage } = diskWatch
  if (shortage) {
    const remedy = 'Free space on the disk of the home folder, or choose another (--home).'
    return [{ id, result: 'fail', detail: shortage.message, remedy }]
  }
  const problem = await diskWatch.tryToWrite()
  if (problem !== undefined) return [unwritable(problem)]
  if (isMissing)
    return [{ id, result: 'fail', detail: DISK_MISSING, remedy: WARNINGS.DISK_MISSING[1] }]
  const left = `${(freeBytes / 1e9).toFixed(1)} GB are free: about ${time(recordableSeconds)} can be recorded.`
  if (recordableSeconds >= AMPLE_SECONDS) return [{ id, result: 'pass', detail: left }]
  return [{ id, result: 'warn', detail: left, remedy: WARNINGS.STORAGE_LOW[1] }]
}

function unwritable(problem: Error | 'unanswered'): ReadinessCheck {
  const check = { id: 'disk', result: 'fail' } as const
  if (problem !== 'unanswered' && isDiskFull(problem)) {
    const detail =
      'No further file can be written, although there are free bytes: the disk has no room for more files, or a quota is used up.'
    const remedy =
      'Remove files that are not needed from the disk of the home folder, or choose another (--home).'
    return { ...check, detail, remedy }
  }
  const why = problem === 'unanswered' ? 'The disk does not answer.' : `${problem.message}.`
  const detail = `No file can be written to the folder of the recordings. ${why}`
  return { ...check, detail, remedy: 'Check the disk of the home folder.' }
}

function time(seconds: number): string {
  if (seconds >= 48 * 3_600) return `${Math.floor(seconds / 86_400)} days`
  return seconds >= 2 * 3_600
    ? `${Math.floor(seconds / 3_600)} hours`
    : `${Math.floor(seconds / 60)} minutes`
}

/** Checks that the clock shows a possible time. */
export async function clockChecks({
  log,
  builtAt,
  wallClock = Date.now,
}: SystemParts): Promise<ReadinessCheck[]> {
  const now = wallClock()
  const newest =
    log.position === 0
      ? undefined
      : (await log.events({ after: log.position - 1, limit: 1 }))[0]?.at
  const shown = `${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const wrong =
    now < EARLIEST_MS
      ? 'which is long past'
      : newest !== undefined && now + CLOCK_TOLERANCE_MS < Date.parse(newest)
        ? `but the log already has an event of ${newest.slice(0, 16).replace('T', ' ')}`
        : now + CLOCK_TOLERANCE_MS < builtAt
          ? 'which is before this version was made'
          : undefined
  if (wrong === undefined) return [{ id: 'clock', result: 'pass', detail: shown }]
  const remedy = 'Correct the date and time of the computer, and let it keep them by itself (NTP).'
  return [
    { id: 'clock', result: 'fail', detail: `The system clock says ${shown}, ${wrong}.`, remedy },
  ]
}

/** Checks that the log can be written, and how far it is verified. */
export function logChecks({ log, failure }: SystemParts): ReadinessCheck[] {
  const id = 'log'
  const problem = failure()
  if (problem)
    return [{ id, result: 'fail', detail: problem.message, remedy: ERRORS[problem.code][2] }]
  if (log.status === 'verified')
    return [{ id, result: 'pass', detail: `It is verified and has ${log.position} events.` }]
  if (log.status === 'verifying') {
    const { done = 0, total = log.position } = log.verification ?? {}
    const detail = `It can be written, and is being verified: ${done} of ${total} events.`
    return [{ id, result: 'pass', detail }]
  }
  return [
    { id, result: 'fail', detail: 'It cannot be written.', remedy: ERRORS.STORAGE_UNAVAILABLE[2] },
  ]
}

/** Checks that the keys can be used, and says where the master key is. */
export async function keyChecks({ keys }: SystemParts): Promise<ReadinessCheck[]> {
  const id = 'key'
  const { problem, masterKey, fileReason } = await keys.status()
  if (problem !== null)
    return [{ id, result: 'fail', detail: problem, remedy: ERRORS.KEY_UNAVAILABLE[2] }]
  if (masterKey?.place !== 'file')
    return [{ id, result: 'pass', detail: 'The master key is in the key store of the system.' }]
  const detail = 'The master key is in a file that only this user can read.'
  if (fileReason === null) return [{ id, result: 'pass', detail }]
  const remedy =
    'Whoever copies the whole home folder can read the recordings. Encrypt the disk, or set up a key store, then run `f2f key rotate`.'
  return [{ id, result: 'warn', detail: `${detail} ${fileReason}`, remedy }]
}

/** Checks that a locked screen is noticed, where media are to be paused then. */
export async function lockChecks({ desktop, rules }: SystemParts): Promise<ReadinessCheck[]> {
  if (rules().lock.pause.length === 0) return []
  const id = 'lock'
  const problem = await desktop.problem()
  if (problem === null) return [{ id, result: 'pass', detail: 'A locked screen is noticed.' }]
  const detail = `A locked screen is not noticed, so nothing is paused then. ${problem.detail}`
  return [{ id, result: 'warn', detail, remedy: problem.remedy }]
}

/** Checks that nobody outside knows another log. There is no result while nobody does. */
export function outsiderChecks({ contradictions }: SystemParts): ReadinessCheck[] {
  const { detail } = contradictions
  if (detail === null) return []
  return [{ id: 'outsiders', result: 'warn', detail, remedy: WARNINGS.LOG_CONTRADICTED[1] }]
}
