import type { Side } from '../contract/by.ts'
import {
  ALLOWED_COMMAND_OF,
  type AllowedCommand,
  COMMANDS,
  type CommandName,
} from '../contract/commands.ts'
import { MEDIA } from '../contract/media.ts'
import { permits, type RecordingFold } from './recording-fold.ts'

/** Commands that act on media of a recording. */
const TRACK_COMMANDS = ['track.start', 'track.stop', 'track.pause', 'track.resume'] as const
/** A command that acts on media of a recording. */
export type TrackCommand = (typeof TRACK_COMMANDS)[number]

/** Whether a command acts on media of a recording. */
export function isTrackCommand(name: CommandName): name is TrackCommand {
  return (TRACK_COMMANDS as readonly string[]).includes(name)
}

type States = Pick<RecordingFold, 'control' | 'session' | 'tracks'>

/** The commands that were listed last, by the states of the tracks: most events change none. */
const listed = new WeakMap<
  States['tracks'],
  { states: States; lists: Map<Side, AllowedCommand[]> }
>()

/** Lists the commands that a side may give in these states; `undefined`: no recording. */
export function allowedCommands(recording: States | undefined, side: Side): AllowedCommand[] {
  if (!recording) return ['start']
  const { control, session, tracks } = recording
  let last = listed.get(tracks)
  if (last?.states.control !== control || last.states.session !== session) {
    last = { states: { control, session, tracks }, lists: new Map() }
    listed.set(tracks, last)
  }
  const list = last.lists.get(side) ?? listAllowed(recording, side)
  last.lists.set(side, list)
  return [...list]
}

function listAllowed({ control, session, tracks }: States, side: Side): AllowedCommand[] {
  return COMMANDS.filter(
    (name) =>
      permits(control, name, side) &&
      permits(session, name, side) &&
      (!isTrackCommand(name) || MEDIA.some((medium) => permits(tracks[medium], name, side))),
  ).map((name) => ALLOWED_COMMAND_OF[name])
}
