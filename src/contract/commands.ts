import type { By } from './by.ts'
import type { Consent } from './custody.ts'
import type { Medium, RecordingType, RequestedMedium } from './media.ts'
import type { QualityChoice } from './quality.ts'

/** A tag's value: a string of at most 4,096 characters, a finite number, or a boolean. */
export type TagValue = string | number | boolean

/** The request of each command, by its name in the log. */
export interface CommandRequests {
  'recording.start': {
    media: Medium[]
    recordingType: RecordingType
    devices: Partial<Record<Medium, string>>
    tags: Record<string, TagValue>
    wrapUpSeconds: number
    maxDurationSeconds: number
    require: 'all' | 'any'
    /** Defaults to the configured quality. */
    quality?: QualityChoice | undefined
    /** The answer of the customer to being recorded. */
    consent?: Consent | undefined
  }
  /** `audio` in `media` stands for the audio media of the recording's own type. */
  'track.start': { media: RequestedMedium[]; devices: Partial<Record<Medium, string>> }
  'track.stop': { media?: RequestedMedium[] }
  /** `maxPauseSeconds`: a longer pause raises a warning, but never ends by itself. */
  'track.pause': {
    media?: RequestedMedium[]
    maxPauseSeconds?: number | undefined
    /** Why the recorder itself pauses. No client can say that. */
    reason?: 'locked' | 'suspended'
  }
  'track.resume': { media?: RequestedMedium[] }
  'recording.tag': { tags: Record<string, TagValue> }
  'recording.close': Record<never, never>
  'recording.hold': { reason: string }
  'recording.releaseHold': { holdId: string; reason: string }
  'recording.erase': { reason: string }
  /** Either side may send it. `declined` and `withdrawn` end capture for good. */
  'recording.consent': Consent
}

/** The name of a command. */
export type CommandName = keyof CommandRequests

/** The commands of custody. They act on closed recordings, too, and no machine is asked. */
export const CUSTODY_COMMANDS = [
  'recording.hold',
  'recording.releaseHold',
  'recording.erase',
] as const satisfies readonly CommandName[]
/** The name of a command of custody. */
export type CustodyCommandName = (typeof CUSTODY_COMMANDS)[number]
/** The name of a command that the machines permit. */
export type MachineCommandName = Exclude<CommandName, CustodyCommandName>

/** Every spelling that `allowedCommands` uses. */
export const ALLOWED_COMMANDS = [
  'start',
  'startMedia',
  'stop',
  'pause',
  'resume',
  'tag',
  'close',
  'consent',
] as const
/** A command that a client may send now, as `allowedCommands` spells it. */
export type AllowedCommand = (typeof ALLOWED_COMMANDS)[number]

/** The spelling of each command in `allowedCommands`. */
export const ALLOWED_COMMAND_OF: Record<MachineCommandName, AllowedCommand> = {
  'recording.start': 'start',
  'track.start': 'startMedia',
  'track.stop': 'stop',
  'track.pause': 'pause',
  'track.resume': 'resume',
  'recording.tag': 'tag',
  'recording.close': 'close',
  'recording.consent': 'consent',
}

/** Each command as a participle, for sentences. */
export const COMMAND_DONE: Record<CommandName, string> = {
  'recording.start': 'started',
  'track.start': 'started',
  'track.stop': 'stopped',
  'track.pause': 'paused',
  'track.resume': 'resumed',
  'recording.tag': 'tagged',
  'recording.close': 'closed',
  'recording.hold': 'held',
  'recording.releaseHold': 'released',
  'recording.erase': 'erased',
  'recording.consent': 'consented to',
}

/** The names of the commands that the machines permit. */
export const COMMANDS = Object.keys(ALLOWED_COMMAND_OF) as MachineCommandName[]
/** The names of all commands. */
export const ALL_COMMANDS: readonly CommandName[] = [...COMMANDS, ...CUSTODY_COMMANDS]

/**
 * Identifies a retransmission. The same client, key and fingerprint get the first 2xx answer again
 * for 24 hours of a running recorder, counted without the system clock.
 */
export interface IdempotencyKey {
  client: string
  key: string
  /**
   * SHA-256 (hex) of route and canonical body. The same key with another fingerprint is refused.
   */
  fingerprint: string
}

/** A well-formed, authenticated command on its way to the recorder. */
export type Command = { [N in CommandName]: CommandOf<N> }[CommandName]

/** A command of custody. */
export type CustodyCommand = { [N in CustodyCommandName]: CommandOf<N> }[CustodyCommandName]
/** A command that records consent. The machines permit it until the recording is closed. */
export type ConsentCommand = CommandOf<'recording.consent'>
/** A command that the machines permit. */
export type MachineCommand = { [N in MachineCommandName]: CommandOf<N> }[MachineCommandName]

/** Whether a command is one of custody. */
export function isCustodyCommand(command: Command): command is CustodyCommand {
  return (CUSTODY_COMMANDS as readonly CommandName[]).includes(command.name)
}

/** A command of this name. */
export interface CommandOf<N extends CommandName> {
  name: N
  /** `current`, a recording's id, or null for `recording.start`. */
  recordingId: string | null
  request: CommandRequests[N]
  by: By
  /** From `If-Match`: the version the recording must have. */
  expectedVersion?: number
  idempotency?: IdempotencyKey
}
