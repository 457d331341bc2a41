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
export const TRACK_COMMANDS = ['track.start', 'track.stop', 'track.pause', 'track.resume'] as const
/** A command that acts on media of a recording. */
export type TrackCommand = (typeof TRACK_COMMANDS)[number]

/** Whether a command acts on media of a recording. */
export function isTrackCommand(name: CommandName): name is TrackCommand {
  return (TRACK_COMMANDS as readonly string[]).includes(name)
}

/** Lists the commands that a side may give in these states; `undefined`: no recording. */
export function allowedCommands(
  recording: Pick<RecordingFold, 'control' | 'session' | 'tracks'> | undefined,
  side: Side,
): AllowedCommand[] {
  if (!recording) return ['start']
  return COMMANDS.filter(
    (name) =>
      permits(recording.control, name, side) &&
      permits(recording.session, name, side) &&
      (!isTrackCommand(name) ||
        MEDIA.some((medium) => permits(recording.tracks[medium], name, side))),
  ).map((name) => ALLOWED_COMMAND_OF[name])
}
