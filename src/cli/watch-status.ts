import { setTimeout as delay } from 'node:timers/promises'
import { RecorderProblem } from '../client/errors.ts'
import type { OutsiderView } from '../contract/outsiders.ts'
import type { ApplicationView, RecordingAnswer } from '../contract/views.ts'
import type { Io } from './command.ts'
import type { Api } from './connection/api.ts'
import { followEvents } from './follow-events.ts'
import { createInterruptSignal } from './interrupt-signal.ts'
import type { Style } from './text/style.ts'

/** Levels, recorded time and free space change without an event. */
const REFRESH_MS = 1_000
/** Cursor to the upper left corner, and everything below it erased. */
const CLEAR = '\u001b[H\u001b[J'

/** The state as `f2f status` shows it. */
export interface Status {
  application: ApplicationView
  recording: RecordingAnswer | null
  /** The services that remember checkpoints of the log. */
  outsiders: OutsiderView[]
}

/** How to show the state. */
export interface WatchOptions {
  io: Io
  json: boolean
  style: Style
  fetchStatus(api: Api): Promise<Status>
  statusText(status: Status, style: Style): string
}

/**
 * Shows the state until Ctrl-C: in place on a terminal, refreshed every second; elsewhere one line
 * for each change. Goes on when the recorder restarts. Rejects when there is none to begin with.
 */
export async function watchStatus(client: Api, options: WatchOptions): Promise<void> {
  const { io, json } = options
  const isInPlace = io.stdout.isTTY === true && !json
  const { signal, release } = createInterruptSignal(io.stdout)
  const api = client.until(signal)
  let shown = ''
  const show = async (): Promise<void> => {
    const answer = await textOf(api, options, isInPlace).catch(lostText)
    const text = typeof answer === 'string' ? answer : answer.lost
    if (signal.aborted || (!isInPlace && text === shown)) return
    shown = text
    // A program reads one document a line from stdout.
    const output = json && text !== answer ? io.stderr : io.stdout
    output.write(isInPlace ? `${CLEAR}${text}\n` : `${text}\n`)
  }
  const refresh = async (): Promise<void> => {
    while (!signal.aborted) {
      await show()
      await delay(REFRESH_MS, undefined, { signal }).catch(() => {})
    }
  }
  try {
    // The first request fails loudly when there is no recorder.
    await options.fetchStatus(api)
    const following = followEvents(api, {
      after: undefined,
      signal,
      onEvent: () => void show(),
    }).catch(() => {})
    await Promise.all([following, refresh()])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    release()
  }
}

/** Returns what is shown in place of a state that could not be read. */
function lostText(error: unknown): { lost: string } {
  const reason = error instanceof RecorderProblem ? error.message : 'The recorder does not answer.'
  return { lost: `${reason} Trying again…` }
}

async function textOf(
  api: Api,
  { json, style, fetchStatus, statusText }: WatchOptions,
  isInPlace: boolean,
): Promise<string> {
  const status = await fetchStatus(api)
  if (isInPlace) return `${statusText(status, style)}\n\n${style.weak('Ctrl-C ends this.')}`
  const { application, recording } = status
  const tracks = Object.entries(recording?.tracks ?? {})
    .filter(([, { state }]) => state !== 'off')
    .map(([medium, { state }]) => ({ medium, state }))
  const change = {
    state: application.state,
    recording: recording && { id: recording.id, state: recording.state },
    tracks,
    errors: application.errors.map(({ code }) => code),
  }
  if (json) return JSON.stringify(change)
  const parts = [
    change.state,
    ...(recording === null ? [] : [`${recording.id} ${recording.state}`]),
    ...tracks.map(({ medium, state }) => `${medium} ${state}`),
    ...change.errors,
  ]
  return `${parts.join(', ')}`
}
