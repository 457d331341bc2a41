import { batch, signal } from '@preact/signals'
import {
  ConnectionError,
  NotReadyError,
  RecorderProblem,
  UnauthenticatedError,
} from '../../client/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { ApplicationView, Level, RecordingAnswer } from '../../contract/views.ts'
import { loadConfiguration } from './configuration.ts'
import { heard } from './heard.ts'
import { recorder } from './recorder.ts'
import { observeTime } from './recorder-time.ts'

/** The state of the page's connection to the recorder. */
export type Link =
  | { state: 'connecting' | 'live' | 'signedOut' }
  | { state: 'lost'; since: number }
  | { state: 'opening'; progress: string }

/** The connection to the recorder. Everything below is only certain while it is `live`. */
export const link = signal<Link>({ state: 'connecting' })
/** The application as the recorder last confirmed it; null before the first answer. */
export const application = signal<ApplicationView | null>(null)
/** The recording in progress or in its wrap-up; null when there is none. */
export const current = signal<RecordingAnswer | null>(null)
/** The loudness of the last tenth of a second, by medium. */
export const levels = signal<Partial<Record<'mic' | 'speaker', Level>>>({})

type Listener = (event: LogEvent) => void
const listeners = new Set<Listener>()

/** Calls back for each event of the log from now on. Returns the function that ends that. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const RETRY_MS = 1_000

/**
 * Follows the recorder for as long as the page is open. An event only says that something has
 * changed; what is shown comes from the recorder's own answer, so that the page never computes a
 * state that the recorder has not confirmed.
 */
export async function followRecorder(): Promise<never> {
  for (;;) {
    try {
      for await (const message of recorder.follow({ levels: true, onConnection })) {
        heard()
        if (message.kind === 'level') showLevel(message.level)
        else if (message.kind === 'event') observeEvent(message.event)
      }
    } catch (error) {
      showProblem(error)
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

function onConnection(state: 'connecting' | 'open' | 'lost'): void {
  if (state === 'open') {
    void refresh()
    loadConfiguration().catch(showProblem)
  }
  if (state === 'lost') showLost()
}

function showLevel({ medium, level }: { medium: string; level: Level }): void {
  if (medium === 'mic' || medium === 'speaker') levels.value = { ...levels.value, [medium]: level }
}

function observeEvent(event: LogEvent): void {
  observeTime(event.at)
  void refresh()
  for (const listener of listeners) listener(event)
}

let refreshing = false
let refreshAgain = false

/** Reads what the recorder says now. Changes while it reads lead to one more reading. */
export async function refresh(): Promise<void> {
  if (refreshing) {
    refreshAgain = true
    return
  }
  refreshing = true
  try {
    do {
      refreshAgain = false
      const nextApplication = await recorder.application()
      const nextCurrent = await readCurrent(nextApplication)
      batch(() => {
        application.value = nextApplication
        current.value = nextCurrent
        if (!nextCurrent) levels.value = {}
        link.value = { state: 'live' }
      })
    } while (refreshAgain)
  } catch (error) {
    showProblem(error)
  } finally {
    refreshing = false
  }
}

/** By its id: `current` would be an error whenever a recording ends in between. */
async function readCurrent({ recording }: ApplicationView): Promise<RecordingAnswer | null> {
  if (recording === null) return null
  const answer = await recorder.recording(recording.id)
  return answer.state === 'Closed' ? null : answer
}

/** Shows that the recorder does not answer. */
export function showLost(): void {
  if (link.value.state !== 'lost' && link.value.state !== 'signedOut')
    link.value = { state: 'lost', since: performance.now() }
}

function showProblem(error: unknown): void {
  if (error instanceof UnauthenticatedError) link.value = { state: 'signedOut' }
  else if (error instanceof NotReadyError)
    link.value = { state: 'opening', progress: error.detail ?? '' }
  else {
    if (!(error instanceof ConnectionError || error instanceof RecorderProblem))
      console.error(error)
    showLost()
  }
}
