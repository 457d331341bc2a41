import type { CaptureReport } from '../../actors/capture.ts'
import type { CapturePlatform } from '../../actors/port.ts'
import type { ClientSide, Side } from '../../contract/by.ts'
import type { AllowedCommand } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import type {
  ApplicationError,
  ApplicationView,
  Level,
  RecordingAnswer,
  RecordingView,
  TagEntry,
} from '../../contract/views.ts'
import {
  allowedCommands,
  allowedOnClosed,
  type CaptureConditions,
} from '../../machines/allowed-commands.ts'
import type { Replay } from '../../replay/replay.ts'
import type { EventLog, Page, RecordingQuery } from '../../store/port.ts'
import { takesConsent } from '../custody/consent.ts'
import type { Custody } from '../custody/custody.ts'
import { retentionOf } from '../custody/retention-rules.ts'
import type { DiskState, DiskWatch } from '../disk/disk-watch.ts'
import type { FactPipeline, UnrecordedEnd } from '../facts/fact-pipeline.ts'
import { currentRecording, type OpenRecordings } from '../open-recordings.ts'
import type { RecorderBus } from '../port.ts'
import { ActiveErrors } from './active-errors.ts'
import { cutOff } from './cut-off.ts'
import { type LivePicture, LivePictures } from './live-pictures.ts'
import { Replays } from './replays.ts'
import { shownLog } from './shown-log.ts'
import { TagHistories } from './tag-histories.ts'

/** The parts that a reader reads from. */
export interface ReaderOptions {
  log: EventLog
  facts: FactPipeline
  platform: CapturePlatform
  bus: RecorderBus
  version: string
  diskWatch: Pick<DiskWatch, 'check' | 'shortage'>
  now(): number
  ready(): boolean
  custody(): Pick<Custody, 'rules' | 'problems'>
  /** Returns what keeps media from being captured now. */
  conditions(): CaptureConditions
}

type RecordingWithHistory = RecordingAnswer & { tagHistory: TagEntry[] }

interface Shown {
  view: RecordingView
  changes: number
  unrecordedEnd: UnrecordedEnd | undefined
  answer: RecordingWithHistory
}

/** Answers queries from the durable projections, the live machines, current levels and the disk. */
export class Reader {
  readonly #options: ReaderOptions
  readonly #activeErrors = new ActiveErrors()
  readonly #levels = new Map<string, Level>()
  readonly #pictures = new LivePictures()
  readonly #replays: Replays
  /** Counts what may change an answer. */
  #changes = 0
  /** The answer that each side got last, and what it was made from. */
  readonly #last = new Map<ClientSide, Shown>()
  readonly #tagHistories: TagHistories

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#replays = new Replays(options.log)
    this.#tagHistories = new TagHistories(options.log)
  }

  /** Observes committed events. */
  observe(events: readonly LogEvent[]): void {
    this.#changes++
    for (const event of events) {
      this.#activeErrors.observe(event)
      this.#pictures.observe(event)
      this.#tagHistories.observe(event)
      if (event.type.startsWith('recording.eras')) {
        this.#replays.forget(event.recordingId as string)
        this.#last.clear()
      }
      if (event.type !== 'recording.closed' && event.type !== 'recording.startFailed') continue
      for (const medium of MEDIA) this.#levels.delete(`${event.recordingId}/${medium}`)
    }
  }

  /** Observes a track's level, or its end. Levels are not in the log. */
  observeReport(recordingId: string, medium: Medium, report: CaptureReport): void {
    const key = `${recordingId}/${medium}`
    if (report.type === 'capture.picture') {
      this.#pictures.observeReport(recordingId, report)
      return
    }
    this.#changes++
    if (medium === 'screen') this.#pictures.observeReport(recordingId, report)
    if (report.type === 'capture.ended') this.#levels.delete(key)
    if (report.type !== 'capture.level') return
    const { level } = report
    this.#levels.set(key, level)
    this.#options.bus.emit('level', { recordingId, medium, level, at: this.#at() })
  }

  #at(): string {
    return new Date(this.#options.now()).toISOString()
  }

  /** The newest recording that is not closed. */
  current(): RecordingView | undefined {
    return this.#options.log.openRecordings().at(-1)
  }

  async recording(id: string, side: ClientSide): Promise<RecordingWithHistory> {
    const view = await this.findRecording(id)
    return this.#shown(view, side) ?? (await this.#withHistory(view, side))
  }

  async findRecording(id: string): Promise<RecordingView> {
    const view = id === 'current' ? this.current() : await this.#options.log.recording(id)
    if (view) return view
    throw notFound(id)
  }

  async findId(id: string): Promise<string> {
    const current = id === 'current' ? this.current() : undefined
    if (current) return current.id
    if (id !== 'current' && (await this.#options.log.hasRecording(id))) return id
    throw notFound(id)
  }

  /** Returns the newest picture of a recording's screen; null unless the screen is recording. */
  async picture(id: string): Promise<LivePicture | null> {
    const { id: recordingId, tracks } = this.#withLogFailure(await this.findRecording(id))
    return tracks.screen?.state === 'recording' ? this.#pictures.newest(recordingId) : null
  }

  /** Reads a recording that can be seen as it was at any moment. */
  async replay(id: string): Promise<Replay> {
    return this.#replays.of(await this.findId(id))
  }

  /** Lists recordings. `state` means the state that is shown, also after a failed log. */
  async recordings(query: RecordingQuery, side: ClientSide): Promise<Page<RecordingAnswer>> {
    const { log } = this.#options
    const { items, cursor } = await log.recordings(query, (view) => this.#withLogFailure(view))
    return { items: items.map((view) => this.toAnswer(view, side)), cursor }
  }

  /** Returns the same object as before while nothing in it has changed; else undefined. */
  #shown(view: RecordingView, side: ClientSide): RecordingWithHistory | undefined {
    const last = this.#last.get(side)
    if (last?.view !== view || last.changes !== this.#changes) return undefined
    return last.unrecordedEnd === this.#options.facts.unrecordedEnd ? last.answer : undefined
  }

  async #withHistory(view: RecordingView, side: ClientSide): Promise<RecordingWithHistory> {
    const { unrecordedEnd } = this.#options.facts
    const changes = this.#changes
    const answer = { ...this.toAnswer(view, side), tagHistory: await this.#tagHistories.of(view) }
    this.#last.set(side, { view, changes, unrecordedEnd, answer })
    return answer
  }

  toAnswer(view: RecordingView, side: ClientSide): RecordingAnswer {
    const states = this.#liveStates(view.id)
    const allowed = states
      ? allowedCommands(states, side, this.#options.conditions())
      : allowedOnClosed(this.#liveStates(this.current()?.id), side, takesConsent(view))
    return this.#toAnswer(view, allowed)
  }

  /**
   * The recording as a side sees it in open recordings that are not durable yet: for the answer
   * stored with them.
   */
  toAnswerIn(recordings: OpenRecordings, view: RecordingView, side: Side): RecordingAnswer {
    const fold = recordings.get(view.id)
    return this.#toAnswer(
      view,
      fold
        ? allowedCommands(fold, side, this.#options.conditions())
        : allowedOnClosed(currentRecording(recordings), side, takesConsent(view)),
    )
  }

  /** The view, shown as ended when the log has failed: capture is over, though no event says so. */
  #withLogFailure(view: RecordingView): RecordingView {
    const { unrecordedEnd } = this.#options.facts
    return unrecordedEnd ? cutOff(view, unrecordedEnd) : view
  }

  #toAnswer(durable: RecordingView, allowed: AllowedCommand[]): RecordingAnswer {
    const view = this.#withLogFailure(durable)
    const tracks: RecordingAnswer['tracks'] = {}
    for (const medium of MEDIA) {
      const track = view.tracks[medium]
      if (!track) continue
      const level =
        track.state === 'recording' ? this.#levels.get(`${view.id}/${medium}`) : undefined
      tracks[medium] = { ...track, level: level ?? null }
    }
    const { facts, custody } = this.#options
    const retention = retentionOf(view, custody().rules.retention)
    return { ...view, tracks, retention, allowedCommands: facts.unrecordedEnd ? [] : allowed }
  }

  /** The states of an open recording, as far as its facts are durable. */
  #liveStates(id = '') {
    const { live, recordings } = this.#options.facts
    const states = live.get(id)?.states
    const { systemPaused = [], consent = null } = recordings.get(id) ?? {}
    return states && { ...states, systemPaused, consent }
  }

  async application(side: ClientSide): Promise<ApplicationView> {
    const { platform, version, facts, log, ready, diskWatch } = this.#options
    const [devices, encoderProblem, disk] = await Promise.all([
      platform.devices(),
      platform.encoderProblem(),
      diskWatch.check(),
    ])
    const durable = this.current()
    const current = durable && this.#withLogFailure(durable)
    const errors = this.#errors(durable, encoderProblem, disk)
    const capturing = current?.state === 'Active' || current?.state === 'Paused'
    const media = {} as ApplicationView['media']
    for (const medium of MEDIA) {
      const { available, reason, devices: list } = devices[medium]
      const found = list.find((device) => device.default) ?? list[0]
      const device =
        current?.tracks[medium]?.device ?? (found ? { id: found.id, label: found.label } : null)
      media[medium] = { available, device, ...(reason ? { reason } : {}) }
    }
    const { freeBytes = 0, recordableSeconds } = disk
    return {
      state: errors.length > 0 ? 'Error' : capturing ? 'Recording' : 'Idle',
      version,
      recording: current ? { id: current.id, state: current.state } : null,
      controller: current?.controller ?? null,
      errors,
      media,
      storage: { freeBytes, recordableSeconds, ...shownLog(log, facts) },
      allowedCommands: ready()
        ? allowedCommands(this.#liveStates(current?.id), side, this.#options.conditions())
        : [],
    }
  }

  #errors(
    current: RecordingView | undefined,
    encoderProblem: string | null,
    disk: DiskState,
  ): ApplicationError[] {
    const since = this.#at()
    const errors = this.#activeErrors.of(current)
    const { facts, custody } = this.#options
    const ended = facts.unrecordedEnd
    if (ended) {
      const { code, message } = ended.error
      errors.unshift({ code, message, since: ended.since })
    }
    errors.push(...facts.ledger.problems, ...custody().problems)
    if (encoderProblem) errors.push({ code: 'CAPTURE_FAILED', message: encoderProblem, since })
    const { shortage } = this.#options.diskWatch
    if (shortage && ended?.error.code !== 'STORAGE_FULL')
      errors.push({
        code: shortage.code,
        message: shortage.message,
        since: disk.fullSince ?? since,
      })
    if (disk.freeBytes === undefined)
      errors.push({
        code: 'STORAGE_UNAVAILABLE',
        message: 'The folder of the recordings cannot be read.',
        since,
      })
    return errors
  }
}

function notFound(id: string): RecorderError {
  return id === 'current'
    ? new RecorderError('NO_CURRENT_RECORDING', 'Nothing is being recorded or wrapped up.')
    : new RecorderError('RECORDING_NOT_FOUND', 'No recording has this id.')
}
