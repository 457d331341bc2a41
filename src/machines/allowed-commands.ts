import type { Side } from '../contract/by.ts'
import {
  ALLOWED_COMMAND_OF,
  type AllowedCommand,
  COMMANDS,
  type CommandName,
} from '../contract/commands.ts'
import { MEDIA, type Medium } from '../contract/media.ts'
import { permits, type RecordingFold } from './recording-fold.ts'

/** Commands that act on media of a recording. */
const TRACK_COMMANDS = ['track.start', 'track.stop', 'track.pause', 'track.resume'] as const
/** A command that acts on media of a recording. */
export type TrackCommand = (typeof TRACK_COMMANDS)[number]

/** Whether a command acts on media of a recording. */
export function isTrackCommand(name: CommandName): name is TrackCommand {
  return (TRACK_COMMANDS as readonly string[]).includes(name)
}

type States = Pick<RecordingFold, 'control' | 'session' | 'tracks' | 'systemPaused' | 'consent'>

/** Reasons beside the states of a recording why media cannot be captured now. */
export interface CaptureConditions {
  /** The media that stay paused, because the screen is locked or the computer sleeps. */
  locked: readonly Medium[]
  /** Whether nothing is captured without the customer's consent. */
  needsConsent: boolean
}

/** Nothing keeps media from being captured. */
export const NO_CONDITIONS: CaptureConditions = { locked: [], needsConsent: false }

/** The commands that were listed last, by the states of the tracks: most events change none. */
const listed = new WeakMap<
  States['tracks'],
  { states: States; lists: Map<Side, AllowedCommand[]> }
>()

/** Lists the commands that a side may give in these states; `undefined`: no recording. */
export function allowedCommands(
  recording: States | undefined,
  side: Side,
  conditions = NO_CONDITIONS,
): AllowedCommand[] {
  if (!recording) return ['start']
  if (conditions !== NO_CONDITIONS) return listAllowed(recording, side, conditions)
  let last = listed.get(recording.tracks)
  if (last === undefined || !isSame(last.states, recording)) {
    const { control, session, tracks, systemPaused, consent } = recording
    last = { states: { control, session, tracks, systemPaused, consent }, lists: new Map() }
    listed.set(tracks, last)
  }
  const list = last.lists.get(side) ?? listAllowed(recording, side, conditions)
  last.lists.set(side, list)
  return [...list]
}

/**
 * Lists the commands that a side may give on a closed recording. `current` is the one that is open;
 * `takesConsent` whether its consent can still change, which an erased one's cannot.
 */
export function allowedOnClosed(
  current: States | undefined,
  side: Side,
  takesConsent: boolean,
): AllowedCommand[] {
  const mayStart = allowedCommands(current, side).includes('start')
  return [
    ...(mayStart ? (['start'] as const) : []),
    ...(takesConsent ? (['consent'] as const) : []),
  ]
}

/** Whether a client pauses what the recorder has paused: it stays paused when that is over. */
export function takesOver(
  { systemPaused }: Pick<RecordingFold, 'systemPaused'>,
  name: TrackCommand,
  side: Side,
  medium: Medium,
): boolean {
  return name === 'track.pause' && side !== 'system' && systemPaused.includes(medium)
}

function isSame(one: States, other: States): boolean {
  return (
    one.control === other.control &&
    one.session === other.session &&
    one.systemPaused === other.systemPaused &&
    one.consent === other.consent
  )
}

function listAllowed(
  recording: States,
  side: Side,
  conditions: CaptureConditions,
): AllowedCommand[] {
  return COMMANDS.filter(
    (name) =>
      permits(recording.control, name, side) &&
      permits(recording.session, name, side) &&
      (!isTrackCommand(name) || actsOnMedia(recording, name, side, conditions)),
  ).map((name) => ALLOWED_COMMAND_OF[name])
}

function actsOnMedia(
  recording: States,
  name: TrackCommand,
  side: Side,
  { locked, needsConsent }: CaptureConditions,
): boolean {
  const captures = name === 'track.start' || name === 'track.resume'
  if (captures && needsConsent && recording.consent !== 'granted') return false
  return MEDIA.some((medium) => {
    if (name === 'track.resume' && locked.includes(medium)) return false
    return permits(recording.tracks[medium], name, side) || takesOver(recording, name, side, medium)
  })
}
