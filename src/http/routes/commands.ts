import { resolveMedia } from '../../contract/media.ts'
import { requireTags } from '../requests/required-tags.ts'
import type { Route } from '../route.ts'
import { consentRequest } from '../schemas/consent-request.ts'
import {
  emptyRequest,
  mediaRequest,
  pauseRequest,
  startMediaRequest,
  startRequest,
  tagRequest,
} from '../schemas/requests.ts'
import type { Services } from '../services.ts'
import {
  CAPTURE_ERRORS,
  commandRoute,
  RECORDING_ERRORS,
  RECORDING_OUTCOME,
} from './command-route.ts'

/** Returns the routes of all commands. */
export function commandRoutes(services: Services): Route[] {
  return [...recordingCommandRoutes(services), ...trackCommandRoutes(services)]
}

function recordingCommandRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      name: 'recording.start',
      path: '/v1/recordings',
      operationId: 'startRecording',
      summary: 'Starts a new recording',
      description:
        'Succeeds when media really flow. The side that starts a recording controls it until it is closed. A start during the wrap-up of another recording closes that one. Tags that `tags.required` of GET /config names must be there and not empty. With `consent.mode` `required`, `consent` must be there, too.',
      scope: 'control',
      body: startRequest,
      request: (body) => {
        requireTags(body.tags, services.configuration.tags.required.value)
        return { ...body, media: resolveMedia(body.media, body.recordingType) }
      },
      outcome: {
        ...RECORDING_OUTCOME,
        status: 201,
        description: 'The new recording',
        headers: ['ETag', 'Location'],
      },
      errors: ['ALREADY_RECORDING', 'CONSENT_REQUIRED', ...CAPTURE_ERRORS],
    }),
    commandRoute(services, {
      name: 'recording.tag',
      path: '/v1/recordings/:id/tags',
      operationId: 'tagRecording',
      summary: 'Sets tags, and keeps earlier values in the history',
      description:
        'The API side may tag every open recording, the page only its own. A tag `marker`, or `marker.red`, `.yellow`, `.green` or `.blue`, marks its moment; the value is the label, which may be empty. Each one becomes a chapter of exports. Whole numbers beyond ±9,007,199,254,740,991, repeated keys, and numbers of payment cards are refused.',
      scope: 'tag',
      body: tagRequest,
      request: (body) => body,
      outcome: RECORDING_OUTCOME,
      errors: [...RECORDING_ERRORS, 'TAG_LIMIT'],
    }),
    commandRoute(services, {
      name: 'recording.close',
      path: '/v1/recordings/:id/close',
      operationId: 'closeRecording',
      summary: 'Ends the wrap-up',
      description:
        'After it, only consent, holds and erasure change anything in the recording. With `consent.eraseWhenWithdrawn`, a recording whose consent was declined or withdrawn is erased then, unless it is held.',
      scope: 'control',
      body: emptyRequest,
      request: () => ({}),
      outcome: RECORDING_OUTCOME,
      errors: RECORDING_ERRORS,
    }),
    commandRoute(services, {
      name: 'recording.consent',
      path: '/v1/recordings/:id/consent',
      operationId: 'recordConsent',
      summary: 'Records what the customer says about being recorded',
      description:
        'Both sides may send it, whoever controls the recording. `declined` and `withdrawn` end all capture at once, like a stop, and also end a start that still looks for its devices. Nothing more is recorded in the recording then, even if consent is granted later. With `consent.eraseWhenWithdrawn` it is closed and erased, unless it is held.',
      scope: 'control',
      body: consentRequest,
      request: (body) => body,
      outcome: RECORDING_OUTCOME,
      // A closed recording accepts consent, too.
      errors: RECORDING_ERRORS.filter((code) => code !== 'RECORDING_CLOSED'),
    }),
  ]
}

function trackCommandRoutes(services: Services): Route[] {
  const mediaCommand = (
    name: 'track.stop' | 'track.resume',
    texts: { summary: string; description: string },
  ) => {
    const verb = name.slice('track.'.length)
    return commandRoute(services, {
      name,
      path: `/v1/recordings/:id/${verb}`,
      operationId: `${verb}Media`,
      ...texts,
      scope: 'control',
      body: mediaRequest,
      request: ({ media }) => (media === undefined ? {} : { media }),
      outcome: RECORDING_OUTCOME,
      errors:
        name === 'track.resume'
          ? [...RECORDING_ERRORS, 'CONSENT_REQUIRED', ...CAPTURE_ERRORS]
          : RECORDING_ERRORS,
    })
  }
  return [
    commandRoute(services, {
      name: 'track.start',
      path: '/v1/recordings/:id/start',
      operationId: 'startMedia',
      summary: 'Starts media that are off, stopped or failed',
      description: 'Adds media to a recording, or starts stopped ones again in a new segment.',
      scope: 'control',
      body: startMediaRequest,
      request: (body) => body,
      outcome: RECORDING_OUTCOME,
      errors: [...RECORDING_ERRORS, 'CONSENT_REQUIRED', ...CAPTURE_ERRORS],
    }),
    mediaCommand('track.stop', {
      summary: 'Stops media: by default all that are not off or stopped',
      description:
        'Capture ends at once. When the last medium has stopped, the wrap-up begins: tags can still be set.',
    }),
    commandRoute(services, {
      name: 'track.pause',
      path: '/v1/recordings/:id/pause',
      operationId: 'pauseMedia',
      summary: 'Pauses media: by default all that are starting, recording or recovering',
      description:
        'Capture ends at once, also while the disk is slow or full. Nothing resumes by itself. A medium that the recorder itself has paused for a locked screen can be paused, too: it then stays paused when the screen is unlocked. `maxPauseSeconds` then counts from this pause.',
      scope: 'control',
      body: pauseRequest,
      request: (body) => body,
      outcome: RECORDING_OUTCOME,
      errors: RECORDING_ERRORS,
    }),
    mediaCommand('track.resume', {
      summary: 'Resumes media: by default all that are paused',
      description:
        'Succeeds when media really flow again, in a new segment. While the screen is locked, media that the configuration pauses then (`lock.pause`) stay paused: naming one is refused.',
    }),
  ]
}
