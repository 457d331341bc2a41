/** Sample answers of the API, for the stub. */
import type {
  ApplicationView,
  RecordingAnswer,
  SegmentView,
  TagEntry,
} from '../../../src/contract/views.ts'

const BY = { side: 'api', client: 'home', user: 'anna' } as const

type Track = NonNullable<RecordingAnswer['tracks']['mic']>

export function track(over: Partial<Track> = {}): Track {
  return {
    state: 'recording',
    device: { id: 'alsa_input.pci', label: 'Built-in Audio' },
    startedAt: '2026-01-31T09:00:00.000Z',
    stoppedAt: null,
    recordedMs: 0,
    bytes: 0,
    segments: 0,
    spans: [],
    gaps: [],
    level: { rmsDb: -24.3, peakDb: -12 },
    error: null,
    warnings: [],
    ...over,
  }
}

export function tagEntry(key: string, value: TagEntry['value']): TagEntry {
  return { key, value, at: '2026-01-31T09:01:00.000Z', by: BY }
}

export function recording(over: Partial<RecordingAnswer> = {}): RecordingAnswer {
  return {
    id: 'rec_0001',
    state: 'Active',
    controller: 'api',
    recordingType: 'both',
    startedBy: BY,
    startedAt: '2026-01-31T09:00:00.000Z',
    endedAt: null,
    closedAt: null,
    version: 7,
    tracks: {
      mic: track(),
      screen: track({ device: { id: ':0', label: 'Screen 1920x1080' }, level: null }),
    },
    tags: [],
    wrapUp: null,
    consent: null,
    holds: [],
    erased: null,
    retention: null,
    allowedCommands: ['stop', 'pause', 'tag'],
    ...over,
  }
}

export function application(over: Partial<ApplicationView> = {}): ApplicationView {
  const medium = { available: true, device: { id: 'x', label: 'A device' } }
  return {
    state: 'Idle',
    version: '0.1.0',
    recording: null,
    controller: null,
    errors: [],
    media: { mic: medium, speaker: medium, screen: medium },
    storage: { freeBytes: 123_400_000_000, recordableSeconds: 7200, log: 'verified' },
    allowedCommands: ['start'],
    ...over,
  }
}

export function segment(over: Partial<SegmentView> = {}): SegmentView {
  return {
    medium: 'mic',
    number: 1,
    startedAt: '2026-01-31T09:00:00.000Z',
    endedAt: '2026-01-31T09:01:01.000Z',
    durationMs: 61_000,
    bytes: 240_000,
    container: 'ogg',
    codec: 'opus',
    sha256: '0'.repeat(64),
    ...over,
  }
}
