import type { Logger } from 'pino'
import type { CapturePlatform } from '../actors/port.ts'
import type { TagValue } from '../contract/commands.ts'
import type { CustodyRules } from '../contract/custody.ts'
import type { WatchDesktop } from '../contract/desktop.ts'
import type { QualityChoice } from '../contract/quality.ts'
import type { KeyRing } from '../custody/port.ts'
import type { ReadFreeBytes } from '../disk/free-space.ts'
import type { EventLog, LogBallast } from '../store/port.ts'
import type { RecorderClock } from '../time/recorder-clock.ts'
import type { SalvageLimits } from './facts/late-salvage.ts'

/** The parts and settings of a recorder. */
export interface RecorderOptions {
  log: EventLog
  platform: CapturePlatform
  /** The keys that seal recordings. */
  keys: KeyRing
  /** Absolute; each recording has a folder of its own in it. */
  recordingsFolder: string
  version: string
  /** Operating system account of the daemon. */
  user: string
  /** Tags that the recorder sets itself; keys start with `system.`. */
  systemTags: Record<string, TagValue>
  /** Returns the quality of a start that names none; default: standard. */
  quality?: () => QualityChoice
  /** Returns the rules of custody in force. */
  rules(): CustodyRules
  /** Removes the composed files of an erased recording, and ends what reads or makes them. */
  forgetComposed?: (recordingId: string) => Promise<void>
  /** Starts the watch over the desktop, which the recorder closes. */
  watchDesktop?: WatchDesktop
  logger: Logger
  clock: RecorderClock
  /** Longest time for one write of the log before capture ends. Milliseconds; default 3,000. */
  stallMs?: number
  /** How long and how often to try to finish the file of a dead recorder. */
  salvageLimits?: SalvageLimits
  /** Reserve: bytes to keep free on the disk of the recordings; default 256 MB. */
  reserveBytes?: number | undefined
  /** The log's ballast. */
  ballast?: LogBallast
  /** Reads the free space; default: from the file system. */
  readFreeBytes?: ReadFreeBytes
  /** When this version was built or installed, epoch ms. An earlier system clock is wrong. */
  builtAt?: number
}
