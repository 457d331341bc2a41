import type { By, Side } from '../../contract/by.ts'
import {
  COMMAND_DONE,
  type MachineCommand,
  type MachineCommandName,
  type TagValue,
} from '../../contract/commands.ts'
import { isRefusedConsent } from '../../contract/custody.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import { MEDIA, type Medium, type RequestedMedium, resolveMedia } from '../../contract/media.ts'
import { isTrackCommand, type TrackCommand, takesOver } from '../../machines/allowed-commands.ts'
import { controlHeldError } from '../../machines/control-machine.ts'
import {
  permits,
  type RecordingFold,
  recordingState,
  trackState,
} from '../../machines/recording-fold.ts'
import { MOST_TAG_BYTES, MOST_TAG_KEYS, withTags } from '../../machines/tag-use.ts'
import { currentRecording, type OpenRecordings } from '../open-recordings.ts'

/** Why a command may not happen. */
export interface Refusal {
  code: ErrorCode
  detail: string
  /** The recording whose state stands in the way. */
  recording?: RecordingFold
  /** The medium whose track stands in the way. */
  medium?: Medium
  /** Who has control, where no recording says so yet. */
  holder?: { side: Side; client: string; since: string }
  /** Further members of the answer. */
  members?: Record<string, unknown>
}

/** The recording and media that a permitted command acts on. */
export interface Permission {
  recording?: RecordingFold
  media: Medium[]
}

/** Whether arbitration refused the command. */
export function isRefusal(permission: Permission | Refusal): permission is Refusal {
  return 'code' in permission
}

/**
 * Decides whether a command may happen now: control first, then the expected version, then state.
 * Pure. Open recordings only: the caller has looked for a closed one before. `overtaken`: media
 * whose start a pause or stop overtakes, so that it may name them although they are off.
 */
export function arbitrate(
  recordings: OpenRecordings,
  command: MachineCommand,
  overtaken: readonly Medium[] = [],
): Permission | Refusal {
  if (command.name === 'recording.start')
    return arbitrateStart(currentRecording(recordings), command.by.side)
  const recording =
    command.recordingId === 'current'
      ? currentRecording(recordings)
      : recordings.get(command.recordingId ?? '')
  if (!recording)
    return { code: 'NO_CURRENT_RECORDING', detail: 'Nothing is being recorded or wrapped up.' }
  if (!permits(recording.control, command.name, command.by.side)) return controlHeld(recording)
  if (command.expectedVersion !== undefined && command.expectedVersion !== recording.version) {
    const detail = `The recording is at version ${recording.version}, not ${command.expectedVersion}.`
    return { code: 'VERSION_MISMATCH', detail, recording }
  }
  if (!permits(recording.session, command.name, command.by.side))
    return wrongState(recording, command.name)
  if (command.name === 'recording.tag') {
    const over = beyondTagLimit(recording, command.request.tags)
    if (over) return over
  }
  if (!isTrackCommand(command.name)) return { recording, media: [] }
  const requested = 'media' in command.request ? command.request.media : undefined
  return arbitrateMedia(recording, command.name, command.by.side, requested, overtaken)
}

function arbitrateStart(current: RecordingFold | undefined, side: Side): Permission | Refusal {
  if (!current) return { media: [] }
  if (!permits(current.control, 'recording.start', side)) return controlHeld(current)
  if (permits(current.session, 'recording.start', side)) return { media: [] }
  return {
    code: 'ALREADY_RECORDING',
    detail: 'A recording is in progress.',
    recording: current,
  }
}

function arbitrateMedia(
  recording: RecordingFold,
  name: TrackCommand,
  side: Side,
  requested: RequestedMedium[] | undefined,
  overtaken: readonly Medium[],
): Permission | Refusal {
  const fits = (medium: Medium): boolean =>
    permits(recording.tracks[medium], name, side) || takesOver(recording, name, side, medium)
  if (!requested) {
    const media = MEDIA.filter(fits)
    if (media.length > 0 || overtaken.length > 0) return { recording, media }
    return {
      code: 'INVALID_STATE',
      detail: `No track can be ${COMMAND_DONE[name]} now.`,
      recording,
    }
  }
  const media = resolveMedia(requested, recording.session.context.recordingType)
  const unfit = media.find((medium) => !fits(medium) && !overtaken.includes(medium))
  if (!unfit) return { recording, media: media.filter(fits) }
  const detail = `The ${unfit} track is ${trackState(recording.tracks[unfit])}, so it cannot be ${COMMAND_DONE[name]}. Nothing was changed.`
  return { code: 'INVALID_STATE', detail, recording, medium: unfit }
}

function beyondTagLimit(
  recording: RecordingFold,
  tags: Record<string, TagValue>,
): Refusal | undefined {
  const { keys, bytes } = withTags(recording.tags, tags)
  const code = 'TAG_LIMIT'
  if (keys.size > MOST_TAG_KEYS) {
    const detail = `The recording would have ${keys.size} different tag keys; ${MOST_TAG_KEYS} are possible. Nothing was changed.`
    return { code, detail, recording }
  }
  if (bytes > MOST_TAG_BYTES) {
    const detail = `All tags ever set on the recording would take ${bytes} bytes; ${MOST_TAG_BYTES} are possible. Nothing was changed.`
    return { code, detail, recording }
  }
  return undefined
}
const nameOf = (side: Side): string => (side === 'ui' ? 'the recorder’s own page' : 'an API client')

function controlHeld(recording: RecordingFold): Refusal {
  return {
    code: controlHeldError(recording.controller),
    detail: `The recording is controlled by ${nameOf(recording.controller)}.`,
    recording,
  }
}

/** The refusal of a command whose only object is a recording that the other side is starting. */
export function startHeld(by: By, since: string): Refusal {
  const { side, client } = by
  return {
    code: controlHeldError(side === 'ui' ? 'ui' : 'api'),
    detail: `The recording is being started by ${nameOf(side)}.`,
    holder: { side, client, since },
  }
}

function withoutConsent({ consent }: RecordingFold): string {
  return isRefusedConsent(consent)
    ? ` Consent was ${consent}, so nothing more is recorded in it.`
    : ''
}

function wrongState(recording: RecordingFold, name: MachineCommandName): Refusal {
  const state = recordingState(recording.session)
  const remedy = name === 'recording.close' ? ' Stop it first.' : withoutConsent(recording)
  return {
    code: 'INVALID_STATE',
    detail: `The recording is in state ${state} and cannot be ${COMMAND_DONE[name]} now.${remedy}`,
    recording,
  }
}
