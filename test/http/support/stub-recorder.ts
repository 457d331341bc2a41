/** A recorder that keeps everything in memory and captures nothing, to test HTTP alone. */
import { join } from 'node:path'
import { EventEmitter } from 'eventemitter3'
import { createIdentity } from '../../../src/age/identity.ts'
import { openStoredMedia, type StoredMedia } from '../../../src/age/stored-media.ts'
import type { By, ClientSide } from '../../../src/contract/by.ts'
import type { Command } from '../../../src/contract/commands.ts'
import type { KeyStatus } from '../../../src/contract/custody.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type {
  EventData,
  LogEvent,
  NewEvent,
  SegmentDescription,
} from '../../../src/contract/events.ts'
import type { InspectionMessage } from '../../../src/contract/inspection.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type {
  DeviceList,
  ReadinessView,
  RecordingView,
  TrackView,
} from '../../../src/contract/views.ts'
import { MemoryKeyRing } from '../../../src/custody/memory-key-ring.ts'
import { PastPlayer, type PastStart } from '../../../src/inspection/past-player.ts'
import type {
  Access,
  AccessPort,
  PastInspection,
  RecorderBus,
  RecorderPort,
  ScopeRefusal,
  Search,
} from '../../../src/recorder/port.ts'
import { Replay } from '../../../src/replay/replay.ts'
import type { CommandAnswer, RecordingQuery } from '../../../src/store/port.ts'

export const AT = '2025-11-22T09:30:00.000Z'
export const BY: By = { side: 'api', client: 'home', user: 'tester' }

const OFF: TrackView = {
  state: 'off',
  device: null,
  startedAt: null,
  stoppedAt: null,
  recordedMs: 0,
  bytes: 0,
  segments: 0,
  spans: [],
  gaps: [{ from: AT, to: null, reason: 'notStarted' }],
  error: null,
  warnings: [],
}

export function recordingView(id: string, version = 3): RecordingView {
  return {
    id,
    state: 'Active',
    controller: 'api',
    recordingType: 'both',
    startedBy: BY,
    startedAt: AT,
    endedAt: null,
    closedAt: null,
    version,
    tracks: {
      mic: {
        state: 'recording',
        device: { id: 'mic-1', label: 'Microphone' },
        startedAt: AT,
        stoppedAt: null,
        recordedMs: 1200.5,
        bytes: 4096,
        segments: 1,
        spans: [],
        gaps: [{ from: AT, to: null, reason: 'paused' }],
        error: null,
        warnings: [],
      },
      speaker: OFF,
      screen: OFF,
    },
    tags: [{ key: 'customer', value: 'C-1', at: AT, by: BY }],
    wrapUp: null,
    consent: null,
    holds: [],
    erased: null,
  }
}

export class StubRecorder implements RecorderPort {
  readonly bus: RecorderBus = new EventEmitter()
  readonly commands: Command[] = []
  readonly queries: RecordingQuery[] = []
  readonly scopeRefusals: ScopeRefusal[] = []
  readonly notes: { type: string; data: unknown; by: By }[] = []
  readonly events: LogEvent[] = []
  readonly views = new Map<string, RecordingView>()
  readonly segmentsOf = new Map<string, SegmentDescription[]>()
  readonly folder: string
  current: string | null = null
  /** Answers the next commands. */
  answer: (command: Command) => Promise<CommandAnswer> = async (command) => ({
    status: command.name === 'recording.start' ? 201 : 200,
    body: this.toAnswer(recordingView('rec_started'), 'api'),
  })
  /** The error with which reading a recording fails. */
  failReading: Error | undefined
  tokens: ReturnType<RecorderPort['log']['tokens']> = []

  constructor(folder: string) {
    this.folder = folder
  }

  /** Appends an event to the log and announces it on the bus, as a commit does. */
  commit(
    type: 'recording.paused' | 'recording.resumed' = 'recording.paused',
    recordingId = 'rec_current',
  ): LogEvent {
    const event = this.append(type, recordingId)
    this.bus.emit('events', [event])
    return event
  }

  /** Appends an event to the log without announcing it. */
  append(
    type: 'recording.paused' | 'recording.resumed' = 'recording.paused',
    recordingId = 'rec_current',
  ): LogEvent {
    const event: NewEvent = {
      type,
      recordingId,
      version: 1,
      at: AT,
      by: BY,
      commandId: null,
      data: {},
    }
    const stored = { ...event, position: this.events.length + 1 }
    this.events.push(stored)
    return stored
  }

  async dispatch(command: Command): Promise<CommandAnswer> {
    this.commands.push(command)
    return this.answer(command)
  }

  async recordScopeRefusal(refusal: ScopeRefusal): Promise<void> {
    this.scopeRefusals.push(refusal)
  }

  async recording(id: string, side: ClientSide) {
    const view = await this.findRecording(id)
    return { ...this.toAnswer(view, side), tagHistory: view.tags }
  }

  async findRecording(id: string): Promise<RecordingView> {
    if (this.failReading) throw this.failReading
    const wanted = id === 'current' ? this.current : id
    if (wanted === null)
      throw new RecorderError('NO_CURRENT_RECORDING', 'Nothing is being recorded.')
    const view = this.views.get(wanted)
    if (view === undefined)
      throw new RecorderError('RECORDING_NOT_FOUND', 'There is no such recording.')
    return view
  }

  async findId(id: string): Promise<string> {
    return (await this.findRecording(id)).id
  }

  async replay(id: string): Promise<Replay> {
    const replay = new Replay(await this.findId(id))
    replay.append(this.events)
    return replay
  }

  async recordings(query: RecordingQuery, side: ClientSide) {
    this.queries.push(query)
    const items = [...this.views.values()].slice(0, query.limit)
    const cursor = items.length < this.views.size ? 'next-page' : null
    return { items: items.map((view) => this.toAnswer(view, side)), cursor }
  }

  toAnswer(view: RecordingView, side: ClientSide) {
    const tracks = Object.fromEntries(
      Object.entries(view.tracks).map(([medium, track]) => [
        medium,
        { ...track, level: { rmsDb: -20, peakDb: -6 } },
      ]),
    )
    const allowedCommands = this.allowedCommands(view.id, side)
    return { ...view, tracks, retention: null, allowedCommands }
  }

  /** The live picture of every recording. */
  livePicture: { jpeg: Buffer; number: number } | null = null

  async picture(id: string): Promise<{ jpeg: Buffer; number: number } | null> {
    await this.findRecording(id)
    return this.livePicture
  }

  /** Whoever has begun rotations of the master key. */
  readonly rotations: By[] = []

  keyStatus(): Promise<KeyStatus> {
    return new MemoryKeyRing().status()
  }

  rotateKeys(by: By): Promise<KeyStatus> {
    this.rotations.push(by)
    return this.keyStatus()
  }

  async application(side: ClientSide) {
    const medium = { available: true, device: { id: 'd', label: 'Device' } }
    return {
      state: 'Idle' as const,
      version: '0.0.0',
      recording: null,
      controller: null,
      errors: [
        { code: 'CAPTURE_FAILED' as const, medium: 'mic' as const, message: 'gone', since: AT },
      ],
      media: {
        mic: medium,
        speaker: medium,
        screen: { available: false, device: null, reason: 'no display' },
      },
      storage: { freeBytes: 1_000_000, recordableSeconds: 3600, log: 'verified' as const },
      allowedCommands: this.allowedCommands(null, side),
    }
  }

  allowedCommands(_id: string | null, side: ClientSide): ('start' | 'tag')[] {
    return side === 'api' ? ['start', 'tag'] : ['start']
  }

  async devices(): Promise<Record<Medium, DeviceList>> {
    const list = { available: true, devices: [{ id: 'd', label: 'Device', default: true }] }
    return {
      mic: list,
      speaker: list,
      screen: { available: false, reason: 'no display', devices: [] },
    }
  }

  async readiness(media: readonly Medium[] = ['mic', 'speaker', 'screen']): Promise<ReadinessView> {
    const checks = media.map(
      (medium) => ({ id: 'device', medium, result: 'pass', detail: 'Device' }) as const,
    )
    return { ready: true, at: AT, checks }
  }

  /** Who has confirmed that retention may go on. */
  readonly confirmed: By[] = []
  readonly retention: RecorderPort['retention'] = {
    report: async () => ({ waiting: null, due: 0, entries: [] }),
    confirmClock: async (by) => void this.confirmed.push(by),
    confirmHolds: async (by) => void this.confirmed.push(by),
  }

  async appendTokenEvent(
    type: 'token.created' | 'token.revoked',
    data: object,
    by: By,
  ): Promise<void> {
    this.notes.push({ type, data, by })
    const position = this.notes.length
    this.tokens =
      type === 'token.created'
        ? [...this.tokens, { ...(data as EventData['token.created']), createdAt: AT, position }]
        : this.tokens.filter((token) => token.id !== (data as { id: string }).id)
  }

  /** Every access, search and login, as it was recorded. */
  readonly seen: (Access | Search | { sessionId: string; by: By })[] = []
  refusedCredentials = 0
  /** The error with which recording an access fails. */
  failAccess: Error | undefined
  /** Runs while an access is being recorded. */
  beforeAccess: () => Promise<void> | void = () => {}

  readonly accesses: AccessPort = {
    record: async (access) => {
      if (this.failAccess) throw this.failAccess
      await this.beforeAccess()
      this.seen.push(access)
    },
    recordSearch: async (search) => {
      if (this.failAccess) throw this.failAccess
      this.seen.push(search)
    },
    recordLogin: async (session, by) => {
      if (this.failAccess) throw this.failAccess
      this.seen.push({ ...session, by })
    },
    countRefusedCredential: () => {
      this.refusedCredentials++
    },
    list: async (_id, { after, limit }) => {
      const all = this.seen.flatMap((seen) =>
        'act' in seen ? [{ act: seen.act, media: [...seen.media], at: AT, by: seen.by }] : [],
      )
      const end = after + limit
      return { items: all.slice(after, end), after: end < all.length ? end : null }
    },
  }

  /** Listens to the inspection feed. */
  readonly inspectors = new Set<(message: InspectionMessage) => void>()

  inspect(listener: (message: InspectionMessage) => void): () => void {
    this.inspectors.add(listener)
    return () => this.inspectors.delete(listener)
  }

  async inspectPast(id: string, start: PastStart): Promise<PastInspection> {
    const recordingId = await this.findId(id)
    const replay = () => this.replay(recordingId)
    return PastPlayer.open({ start, replay, version: '0.0.0', onFault: () => {} })
  }

  /** Opens the sealed segments. */
  readonly identity = createIdentity()

  async openMedia(recordingId: string, { file }: SegmentDescription): Promise<StoredMedia> {
    try {
      return await openStoredMedia(join(this.folder, recordingId, file), this.identity)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      throw new RecorderError('NOT_FOUND', 'The file is missing.', { cause })
    }
  }

  async rotateSigningKey(): Promise<void> {}

  readonly log: RecorderPort['log'] = logOf(this)
}

const noProof = async (): Promise<never> => {
  throw new Error('This log proves nothing.')
}
const NO_PROOFS: RecorderPort['log']['proofs'] = {
  ...{ checkpoint: undefined, keys: [] },
  ...{
    record: noProof,
    receipt: noProof,
    inclusion: noProof,
    inclusions: noProof,
    consistency: noProof,
  },
}

function logOf(stub: StubRecorder): RecorderPort['log'] {
  const { events, segmentsOf } = stub
  return {
    get position() {
      return events.length
    },
    // The positions are the indices: no need to look at all of 100,000 for the next page.
    events: async ({ after, limit, recordingId }) =>
      recordingId === undefined
        ? events.slice(after, after + limit)
        : events
            .filter((event) => event.position > after && event.recordingId === recordingId)
            .slice(0, limit),
    proofs: NO_PROOFS,
    segments: async (id, { limit, cursor }) => {
      const from = Number(cursor ?? 0)
      const all = segmentsOf.get(id) ?? []
      const end = from + limit
      return { items: all.slice(from, end), cursor: end < all.length ? String(end) : null }
    },
    segment: async (id, medium, number) =>
      segmentsOf.get(id)?.find((segment) => segment.medium === medium && segment.number === number),
    tokens: () => stub.tokens,
  }
}
