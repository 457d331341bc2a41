import type { ClientSide } from '../contract/by.ts'
import type { AllowedCommand } from '../contract/commands.ts'
import type { ErrorCode, RequestError } from '../contract/errors.ts'
import type { RecordingState } from '../contract/states.ts'

/** The members of problem documents that have a meaning for clients. */
export interface ProblemMembers {
  title: string
  detail?: string
  /** The way out, in a whole sentence. */
  remedy?: string
  recordingId?: string
  state?: RecordingState
  allowedCommands?: AllowedCommand[]
  /** Who controls the recording, if that is the reason. */
  holder?: { side: ClientSide; client: string; since: string }
  /** The faults of the request, by JSON Pointer (RFC 6901). */
  errors?: RequestError[]
  /** The end of the log, if the request is beyond it. */
  lastPosition?: number
  retryAfterSeconds?: number
}

/** A problem document of the API (RFC 9457 with `code`). */
export interface ProblemDocument extends ProblemMembers {
  status: number
  code: ErrorCode
  [member: string]: unknown
}

/** The recorder refused a request or could not carry it out. */
export class RecorderProblem extends Error {
  override name = 'RecorderProblem'
  /** The whole document. */
  readonly document: ProblemDocument

  constructor(document: ProblemDocument) {
    super(document.detail ?? document.title)
    this.document = document
  }

  get code(): ErrorCode {
    return this.document.code
  }

  get status(): number {
    return this.document.status
  }

  get title(): string {
    return this.document.title
  }

  get detail(): string | undefined {
    return this.document.detail
  }

  get remedy(): string | undefined {
    return this.document.remedy
  }

  get recordingId(): string | undefined {
    return this.document.recordingId
  }

  /** The state of the recording, if the command does not fit it. */
  get state(): RecordingState | undefined {
    return this.document.state
  }

  get holder(): ProblemDocument['holder'] {
    return this.document.holder
  }

  get allowedCommands(): AllowedCommand[] | undefined {
    return this.document.allowedCommands
  }

  /** The faults of the request; empty when it had none. */
  get errors(): RequestError[] {
    return this.document.errors ?? []
  }
}

/** The request itself is wrong; `errors` names each fault. */
export class InvalidRequestError extends RecorderProblem {
  override name = 'InvalidRequestError'
}
/** There is no valid credential: the token is wrong, or the session has ended. */
export class UnauthenticatedError extends RecorderProblem {
  override name = 'UnauthenticatedError'
}
/** The credential, the Host or the Origin does not allow it. */
export class ForbiddenError extends RecorderProblem {
  override name = 'ForbiddenError'
}
/** The thing does not exist. */
export class NotFoundError extends RecorderProblem {
  override name = 'NotFoundError'
}
/** The other side controls the recording; `holder` names the client. */
export class ControlHeldError extends RecorderProblem {
  override name = 'ControlHeldError'
}
/** The command does not fit the state; `allowedCommands` lists those that do. */
export class InvalidStateError extends RecorderProblem {
  override name = 'InvalidStateError'
}
/** The recording has moved on from the version that the request named. */
export class VersionMismatchError extends RecorderProblem {
  override name = 'VersionMismatchError'
}
/** There are too many requests or streams. */
export class TooManyError extends RecorderProblem {
  override name = 'TooManyError'
}
/** The recorder is starting or stopping. */
export class NotReadyError extends RecorderProblem {
  override name = 'NotReadyError'
}
/** A device is missing or delivers nothing. */
export class DeviceError extends RecorderProblem {
  override name = 'DeviceError'
}
/** The disk is full or cannot be written. */
export class StorageError extends RecorderProblem {
  override name = 'StorageError'
}

type ProblemClass = new (document: ProblemDocument) => RecorderProblem

/** The class of each code that callers tell apart; other codes are plain problems. */
const CLASSES: Partial<Record<ErrorCode, ProblemClass>> = {
  INVALID_JSON: InvalidRequestError,
  INVALID_REQUEST: InvalidRequestError,
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN_SCOPE: ForbiddenError,
  FORBIDDEN_HOST: ForbiddenError,
  FORBIDDEN_ORIGIN: ForbiddenError,
  NOT_FOUND: NotFoundError,
  RECORDING_NOT_FOUND: NotFoundError,
  NO_CURRENT_RECORDING: NotFoundError,
  CONTROL_HELD_BY_API: ControlHeldError,
  CONTROL_HELD_BY_UI: ControlHeldError,
  ALREADY_RECORDING: InvalidStateError,
  INVALID_STATE: InvalidStateError,
  RECORDING_CLOSED: InvalidStateError,
  VERSION_MISMATCH: VersionMismatchError,
  RATE_LIMITED: TooManyError,
  TOO_MANY_CONNECTIONS: TooManyError,
  TOO_MANY_STREAMS: TooManyError,
  NOT_READY: NotReadyError,
  DEVICE_UNAVAILABLE: DeviceError,
  CAPTURE_FAILED: DeviceError,
  STORAGE_UNAVAILABLE: StorageError,
  LOG_DAMAGED: StorageError,
  STORAGE_FULL: StorageError,
}

/** Creates the error of a problem document, of the class that its code has. */
export function problemFrom(document: ProblemDocument): RecorderProblem {
  return new (CLASSES[document.code] ?? RecorderProblem)(document)
}

/** No recorder answered. A command may have taken effect all the same. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'
}

/** Something answered that is not the recorder. */
export class UnexpectedAnswerError extends ConnectionError {
  override name = 'UnexpectedAnswerError'
  readonly status: number

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** The browser did not let this page call a program on this computer. */
export class LocalNetworkBlockedError extends ConnectionError {
  override name = 'LocalNetworkBlockedError'
}
