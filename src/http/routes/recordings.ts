import type { ClientSide } from '../../contract/by.ts'
import type { RecorderPort, RecordingQuery } from '../../recorder/port.ts'
import { sendJson, sendText } from '../answers/send-answer.ts'
import { ACCESS_ERRORS } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { recordingQuery, recordingsQuery, searchRequest } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

async function listRecordings(recorder: RecorderPort, query: RecordingQuery, side: ClientSide) {
  const { items, cursor } = await recorder.recordings(query, side)
  return { items, nextCursor: cursor }
}

/** Returns the routes for reading recordings. */
export function recordingRoutes(services: Services): Route[] {
  const { recorder } = services
  /**
   * The JSON of recordings in UTF-8, which never changes for the same object. It saves work,
   * because clients read the current recording again and again.
   */
  const jsonOf = new WeakMap<object, Buffer>()
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings',
      operationId: 'listRecordings',
      tag: 'Recordings',
      summary: 'Recordings, newest first',
      description: 'Without the history of tags, and without recordings that are only starting.',
      scope: 'read',
      query: recordingsQuery,
      outcomes: [
        {
          status: 200,
          description: 'A page of recordings',
          content: { 'application/json': ANSWERS.RecordingPage },
        },
      ],
      async handle({ ctx, credential, query }) {
        sendJson(ctx, 200, await listRecordings(recorder, query, credential.side))
      },
    }),
    searchRecordings(services),
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id',
      operationId: 'readRecording',
      tag: 'Recordings',
      summary: 'One recording, with the history of its tags',
      description:
        '`current` is the recording that is Active, Paused or in WrapUp. `ETag` has the version, for `If-Match` of commands.',
      scope: 'read',
      query: recordingQuery,
      outcomes: [
        {
          status: 200,
          description: 'The recording',
          content: { 'application/json': ANSWERS.RecordingWithHistory },
          headers: ['ETag'],
        },
      ],
      errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'],
      async handle({ ctx, credential, params, query: { tagHistoryAfter = 0 } }) {
        const recording = await recorder.recording(params.id as string, credential.side)
        const headers = ['ETag', `"${recording.version}"`]
        if (tagHistoryAfter > 0) {
          const tagHistory = recording.tagHistory.slice(tagHistoryAfter)
          sendJson(ctx, 200, { ...recording, tagHistory }, headers)
          return
        }
        let json = jsonOf.get(recording)
        if (json === undefined) {
          json = Buffer.from(JSON.stringify(recording))
          jsonOf.set(recording, json)
        }
        sendText(ctx, 200, 'application/json', json, headers)
      },
    }),
  ]
}

function searchRecordings({ recorder, user }: Services): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/recordings/search',
    operationId: 'searchRecordings',
    tag: 'Recordings',
    summary: 'Recordings by tags, newest first',
    description:
      'Changes nothing. The conditions are in the body, because personal data must stay out of URLs.',
    scope: 'read',
    body: searchRequest,
    outcomes: [
      {
        status: 200,
        description: 'A page of recordings',
        content: { 'application/json': ANSWERS.RecordingPage },
      },
    ],
    errors: [...ACCESS_ERRORS],
    async handle({ ctx, credential: { side, client }, body }) {
      const found = await listRecordings(recorder, body, side)
      const { tags = {}, text } = body
      if (text !== undefined || Object.keys(tags).length > 0)
        await recorder.accesses.recordSearch({
          ...{ tags, text, found: found.items.length },
          by: { side, client, user },
        })
      sendJson(ctx, 200, found)
    },
  })
}
