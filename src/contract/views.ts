/** The recording, its parts and the application as the API's answers spell them. */

import type { By, ClientSide } from './by.ts'
import type { AllowedCommand, TagValue } from './commands.ts'
import type { ConsentView, ErasedView, HoldView, RetentionView } from './custody.ts'
import type { ErrorCode } from './errors.ts'
import type { SegmentDescription } from './events.ts'
import type { GapReason } from './gap-reason.ts'
import type { Device, Medium, RecordingType } from './media.ts'
import type { ApplicationState, RecordingState, TrackState } from './states.ts'
import type { WarningCode } from './warnings.ts'

/** A stretch of the recording in which a track has no media. `to` is null while it lasts. */
export interface Gap {
  from: string
  to: string | null
  reason: GapReason
}

/** A stretch of the recording in which a track has media. */
export interface Span {
  from: string
  to: string
}

/**
 * The loudness of the last tenth of a second, in dB relative to full scale. 0 is the loudest, and
 * −120 stands for silence.
 */
export interface Level {
  rmsDb: number
  peakDb: number
}

/** One track of a recording. */
export interface TrackView {
  state: TrackState
  device: Device | null
  startedAt: string | null
  stoppedAt: string | null
  /** Media in closed segments, in milliseconds. */
  recordedMs: number
  bytes: number
  /** The number of closed segments. */
  segments: number
  /**
   * The stretches that the closed segments cover. With the gaps they add up to the time from the
   * recording's start to the end of the last span.
   */
  spans: Span[]
  gaps: Gap[]
  /** Why the track failed or is recovering, and since when. */
  error: { code: ErrorCode; message: string; since: string } | null
  /** The warnings in force. */
  warnings: Warning[]
}

/** A condition that somebody must know about although nothing has failed. */
export interface Warning {
  code: WarningCode
  message: string
  since: string
}

/** One tag as it was set. */
export interface TagEntry {
  key: string
  value: TagValue
  at: string
  by: By
}

/**
 * A recording derived from its events alone. It lacks what depends on the reader
 * (`allowedCommands`) or on the moment (`level`).
 */
export interface RecordingView {
  id: string
  state: RecordingState
  controller: ClientSide
  recordingType: RecordingType
  startedBy: By
  startedAt: string
  /** The time at which capture was over. */
  endedAt: string | null
  closedAt: string | null
  version: number
  tracks: Partial<Record<Medium, TrackView>>
  /** The current value of each key, in the order in which the keys were first set. */
  tags: TagEntry[]
  wrapUp: { endsAt: string } | null
  /** The newest consent. */
  consent: ConsentView | null
  /** The holds in force, oldest first. */
  holds: HoldView[]
  /** Set as soon as its erasure has begun. */
  erased: ErasedView | null
  /**
   * The key of the recording is missing, so that its tags, devices and reasons cannot be read.
   * Left out otherwise.
   */
  keyMissing?: true
}

/** A recording as the API shows it to one side. */
export interface RecordingAnswer extends Omit<RecordingView, 'tracks'> {
  tracks: Partial<Record<Medium, TrackView & { level: Level | null }>>
  allowedCommands: AllowedCommand[]
  /** When retention will erase it; null while it will not, for example on hold. */
  retention: RetentionView | null
  /** Every value ever set, oldest first. Only in the answer for a single recording. */
  tagHistory?: TagEntry[]
  /** The place of the command's last event in the log. Only in the answer to a command. */
  position?: number
}

/** A segment as clients see it. */
export type SegmentView = Omit<SegmentDescription, 'file'>

/** An error or warning in force. */
export interface ApplicationError {
  code: ErrorCode | WarningCode
  medium?: Medium
  message: string
  since: string
}

/** The answer to GET /application. */
export interface ApplicationView {
  state: ApplicationState
  version: string
  recording: { id: string; state: RecordingState } | null
  controller: ClientSide | null
  errors: ApplicationError[]
  media: Record<Medium, { available: boolean; device: Device | null; reason?: string }>
  storage: {
    freeBytes: number
    recordableSeconds: number
    log: 'verified' | 'verifying' | 'readOnly'
    /** While it is being verified: how many events are, and how many there were at the start. */
    verification?: { done: number; total: number }
  }
  allowedCommands: AllowedCommand[]
}

/** The readiness checks. The first five are made for each medium. */
export const READINESS_CHECKS = [
  'device',
  'delivering',
  'level',
  'mute',
  'picture',
  'encoder',
  'disk',
  'clock',
  'log',
  'key',
  'lock',
  'outsiders',
] as const
/** The results of a readiness check. `warn` is worth knowing, but does not prevent recording. */
export const READINESS_RESULTS = ['pass', 'warn', 'fail'] as const

/** The ways in which a screen is captured on Linux. */
export const SCREEN_WAYS = ['x11', 'portal'] as const

/** The result of one check before a recording. */
export interface ReadinessCheck {
  id: (typeof READINESS_CHECKS)[number]
  medium?: Medium
  result: (typeof READINESS_RESULTS)[number]
  detail: string
  /** The remedy. Present with every result except `pass`. */
  remedy?: string
  level?: Level
}

/** A server or program by its name and version, which is null where it does not tell one. */
export interface NamedVersion {
  name: string
  version: string | null
}

/** The servers from which sound and screen are captured, as they call themselves. */
export interface CaptureServers {
  /** Null when none answers. */
  sound: NamedVersion | null
  screen: {
    /** From an X display, or through the desktop portal of a Wayland session. */
    way: (typeof SCREEN_WAYS)[number]
    /** The variables of the session that decide the way, in a whole sentence. */
    reason: string
    /** The X server, or the desktop of a Wayland session; null when it does not say. */
    server: NamedVersion | null
    /** The parts that the portal's way needs, without those that are missing or do not answer. */
    parts: NamedVersion[]
  }
}

/** The answer to GET /readiness. */
export interface ReadinessView {
  /** True when no check has failed. */
  ready: boolean
  at: string
  checks: ReadinessCheck[]
  /** On Linux. */
  servers?: CaptureServers
}

/** A device in GET /devices. */
export interface DeviceView extends Device {
  default: boolean
}

/** The devices of one medium. */
export interface DeviceList {
  available: boolean
  /** Why nothing is available, with what to do about it. */
  reason?: string
  devices: DeviceView[]
}
