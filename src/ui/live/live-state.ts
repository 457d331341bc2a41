import { batch, signal } from '@preact/signals'
import { ConnectionError, NotReadyError, RecorderProblem } from '../../client/errors.ts'
import type { StreamMessage } from '../../client/types.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { ApplicationView, Level, RecordingAnswer } from '../../contract/views.ts'
import { loadConfiguration } from './configuration.ts'
import { nextAskedAt } from './early-answer.ts'
import { isSignedOut, type StreamState } from './event-stream.ts'
import { heard, lastHeardAt } from './heard.ts'
import { CHECK_MS, SILENCE_MS, watchPulse } from './pulse.ts'
import { recorder } from './recorder.ts'
import { observeTime, tick } from './recorder-time.ts'
import { RecordingReader } from './recording-reader.ts'
import { openSharedStream, type SharedStream } from './shared-stream.ts'

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
/** The loudness since the last tick, by medium. */
export const levels = signal<Partial<Record<'mic' | 'speaker', Level>>>({})

type Listener = (event: LogEvent) => void
const listeners = new Set<Listener>()

/** Calls back for each event of the log from now on. Returns the function that ends that. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const recoveries = new Set<() => void>()

/**
 * Calls back whenever a recording may have changed: at each event of it that passes the filter, and
 * when the page is sure again, because what it read before may have failed. Returns the function
 * that ends that.
 */
export function onRecordingChange(
  id: string,
  listener: () => void,
  isRelevant: (event: LogEvent) => boolean = () => true,
): () => void {
  const endFollowing = onEvent((event) => {
    if (event.recordingId === id && isRelevant(event)) listener()
  })
  const endRecoveries = onRecovery(listener)
  return () => {
    endFollowing()
    endRecoveries()
  }
}

/**
 * Calls back when the page is sure again, because events may have been missed before. Returns the
 * function that ends that.
 */
export function onRecovery(listener: () => void): () => void {
  recoveries.add(listener)
  return () => recoveries.delete(listener)
}

let hasBeenLive = false
let wasLive = false
link.subscribe(({ state }) => {
  // Each reading that is certain says so again.
  const isRecovered = state === 'live' && !wasLive && hasBeenLive
  wasLive = state === 'live'
  hasBeenLive ||= wasLive
  if (isRecovered) for (const listener of recoveries) listener()
})

let stream: SharedStream | undefined
let streamState: StreamState = 'connecting'
let openSince = 0
/** After the stream has opened, so long may come what happened while it was not open. */
const REPLAY_MS = 1_000
/**
 * Until its stream is open, a new page reads the state again and again, so that its first button
 * need not wait for the stream. A reading counts as certain for this long.
 */
const FRESH_MS = 800
const READ_AGAIN_MS = 300
/** A stream that takes longer to open is a fault, and the page is not sure of anything. */
const OPENING_MS = 5_000
let isOpening = false
/** When the newest reading was asked for. */
let readAt = Number.NEGATIVE_INFINITY
/** A reading that takes longer leaves it unknown what its event has changed. */
const READING_MS = 1_000

/**
 * Follows the recorder for as long as the page is open. An event only says that something has
 * changed; what is shown comes from the recorder's own answer, so that the page never computes a
 * state that the recorder has not confirmed.
 */
export function followRecorder(): void {
  isOpening = true
  const openedAt = performance.now()
  void refresh()
  loadConfiguration().catch(showProblem)
  const timer = setInterval(() => {
    isOpening = streamState === 'connecting' && performance.now() - openedAt < OPENING_MS
    if (isOpening) void refresh()
    else clearInterval(timer)
    if (link.value.state === 'live' && !isCertain()) link.value = { state: 'connecting' }
  }, READ_AGAIN_MS)
  addEventListener('focus', () => {
    if (link.value.state === 'signedOut') stream?.retry()
  })
}

/** Opens the stream of the recorder's events. */
export function openStream(): void {
  stream = openSharedStream((news) => {
    // Timers of hidden windows are late.
    showOverdue()
    if ('state' in news) enterStreamState(news.state)
    else if ('message' in news) observe(news.message)
    else if ('levels' in news) for (const level of news.levels) observe({ kind: 'level', level })
    else if (news.pulse === 'missed') showLost()
    else observeAnswer(news.pulse === 'ready')
  })
}

/** Whether a reading that comes now is true until the page is told otherwise. */
function isCertain(): boolean {
  if (streamState !== 'connecting') return streamState === 'open'
  return isOpening && performance.now() - readAt < FRESH_MS
}

/** A window's own watch waits until the one that all windows share must have told it something. */
const SHARED_SILENCE_MS = 1_200
/** Each look is a task of the window. */
const SHARED_CHECK_MS = 300

/** Watches whether the recorder is there, in case that the shared stream does not. */
export function watchRecorder(): void {
  watchPulse({
    ...(typeof SharedWorker === 'undefined'
      ? { silenceMs: SILENCE_MS, checkMs: CHECK_MS }
      : { silenceMs: SHARED_SILENCE_MS, checkMs: SHARED_CHECK_MS }),
    lastHeardAt,
    isWaiting,
    onAnswer(isReady) {
      observeAnswer(isReady)
      if (stream?.observeAnswer()) void refresh()
    },
    onMissed: showLost,
  })
}

/** Tries to make the connection live again, now that the recorder answers. */
function observeAnswer(isReady: boolean): void {
  heard()
  if (isReady && !isWaiting()) return
  if (streamState !== 'open') stream?.retry()
  void refresh()
}

function isWaiting(): boolean {
  return link.value.state !== 'live' && link.value.state !== 'signedOut'
}

function enterStreamState(state: StreamState): void {
  const isFirst = streamState === 'connecting'
  streamState = state
  // The stream of older windows may not know yet that this one was opened with a new link.
  if (state === 'signedOut' && isFirst) void refresh()
  else if (state === 'signedOut') link.value = { state }
  if (state === 'lost') showLost()
  if (state !== 'open') return
  heard()
  openSince = performance.now()
  void refresh()
  loadConfiguration().catch(showProblem)
}

function observe(message: StreamMessage): void {
  heard()
  if (message.kind === 'level') {
    const { medium, level, at } = message.level
    observeTime(at)
    if (medium !== 'screen') observeLevel(medium, level)
  } else if (message.kind === 'event') observeEvent(message.event)
  else if (message.kind === 'log') void refresh()
}

let newLevels: Partial<Record<'mic' | 'speaker', Level>> = {}

/** Keeps a level until the next tick. The loudest since the last one is shown. */
function observeLevel(medium: 'mic' | 'speaker', { rmsDb, peakDb }: Level): void {
  const before = newLevels[medium] ?? { rmsDb, peakDb }
  newLevels[medium] = {
    rmsDb: Math.max(rmsDb, before.rmsDb),
    peakDb: Math.max(peakDb, before.peakDb),
  }
}

// With the running times, in one frame: each time costs a whole picture of the page.
tick.subscribe(() => {
  if (current.peek() !== null) levels.value = { ...levels.peek(), ...newLevels }
  newLevels = {}
})

function observeEvent(event: LogEvent): void {
  if (performance.now() - openSince > REPLAY_MS) observeTime(event.at)
  void refresh()
  if (event.type === 'rules.changed') loadConfiguration().catch(showProblem)
  for (const listener of listeners) listener(event)
}

let refreshing: Promise<void> | null = null
let refreshAgain = false
/** Since when the page has waited for a reading; null while it waits for none. */
let waitingSince: number | null = null

/** Does not show as certain what an event may have changed, while nothing answers the page. */
function showOverdue(): void {
  if (waitingSince !== null && performance.now() - waitingSince >= READING_MS) showLost()
}

/**
 * Reads what the recorder says now. Changes while it reads lead to one more reading. Resolves when
 * the page shows a state that was read after the call.
 */
export function refresh(): Promise<void> {
  refreshAgain = true
  refreshing ??= readAll()
  return refreshing
}

async function readAll(): Promise<void> {
  const timer = setInterval(showOverdue, READING_MS / 4)
  try {
    do {
      refreshAgain = false
      waitingSince = performance.now()
      const askedAt = nextAskedAt()
      const nextApplication = await recorder.application()
      const nextCurrent = await readCurrent(nextApplication)
      batch(() => {
        application.value = nextApplication
        current.value = nextCurrent
        if (!nextCurrent) levels.value = {}
        readAt = askedAt
        // Without the stream, the next change would not be noticed.
        if (isCertain()) link.value = { state: 'live' }
      })
      if (streamState === 'signedOut') stream?.retry()
    } while (refreshAgain)
  } catch (error) {
    showProblem(error)
  } finally {
    clearInterval(timer)
    waitingSince = null
    refreshing = null
  }
}

const currentReader = new RecordingReader()

/** By its id: `current` would be an error whenever a recording ends in between. */
async function readCurrent({ recording }: ApplicationView): Promise<RecordingAnswer | null> {
  if (recording === null) return null
  const answer = await currentReader.read(recording.id)
  return answer.state === 'Closed' ? null : answer
}

/** Shows that the recorder does not answer. */
function showLost(): void {
  if (link.value.state !== 'lost' && link.value.state !== 'signedOut')
    link.value = { state: 'lost', since: performance.now() }
}

function showProblem(error: unknown): void {
  if (isSignedOut(error)) link.value = { state: 'signedOut' }
  else if (error instanceof NotReadyError)
    link.value = { state: 'opening', progress: error.detail ?? '' }
  else {
    if (!(error instanceof ConnectionError || error instanceof RecorderProblem))
      console.error(error)
    showLost()
  }
}
