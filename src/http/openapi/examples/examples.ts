/**
 * The examples in openapi.json. Together they tell one session, and a test compares them with the
 * answers of a real daemon.
 */
import type { KeyStatus } from '../../../contract/custody.ts'
import { QUALITY_PRESETS } from '../../../contract/quality.ts'
import type { ReadinessView, SegmentView } from '../../../contract/views.ts'
import { AUDIT_EXAMPLES } from './audit.ts'
import { CHART } from './chart.ts'
import { CUSTODY_EXAMPLES, CUSTODY_REQUEST_EXAMPLES } from './custody.ts'
import { EVENTS, STREAM } from './events.ts'
import { PROOF_EXAMPLES } from './proofs.ts'
import { answerAfter, GRANTED, recordingAfter, recordingWithHistoryAfter } from './recording.ts'
import { REPLAY_STATE } from './replay.ts'
import { CRM, DEVICES, RECORDING_ID, STEPS, timeAt } from './story.ts'
import { VERIFICATION_EXAMPLES } from './verification.ts'

const TOKEN = {
  id: 'tok_Zk3mJ1xQfT0aVb9R',
  name: 'crm',
  scopes: ['read', 'tag', 'control', 'audit'],
  createdAt: timeAt(-86_400),
}

function segmentOf(
  number: number,
  from: number,
  to: number,
  hashes: Pick<SegmentView, 'sha256' | 'storedSha256'>,
): SegmentView {
  const durationMs = Math.round((to - from) * 1000)
  return {
    medium: 'mic',
    number,
    startedAt: timeAt(from),
    endedAt: timeAt(to),
    durationMs,
    bytes: Math.round(durationMs * 6.1),
    container: 'ogg',
    codec: 'opus',
    ...hashes,
  }
}

const SEGMENTS = [
  segmentOf(1, STEPS.mic, STEPS.pause, {
    sha256: '11ea8f18960eb967b5235e929e9526f753057b07d34b78e6f559f75e903c5f94',
    storedSha256: '8ee89711330c1ccf39a2e65ad12bbd7df4a4a2ee857f53b4823f00fecb7bd252',
  }),
  segmentOf(2, STEPS.resume, STEPS.stop, {
    sha256: '038393280245209b1f4f94238b770c899d712099a7d14a88cd44c23d23b3b7a4',
    storedSha256: '553295e4b848bee781c30a0c86a5b731330806eaaca214de195e48761b8a61ee',
  }),
]

const READINESS: ReadinessView = {
  ready: true,
  at: timeAt(-10),
  checks: [
    { id: 'device', medium: 'mic', result: 'pass', detail: DEVICES.mic.label },
    { id: 'delivering', medium: 'mic', result: 'pass', detail: 'It delivers.' },
    {
      id: 'level',
      medium: 'mic',
      level: { rmsDb: -41.5, peakDb: -28.1 },
      result: 'pass',
      detail: '-41.5 dB, peak -28.1 dB',
    },
    { id: 'encoder', result: 'pass', detail: 'ffmpeg 5.1' },
    {
      id: 'disk',
      result: 'pass',
      detail: '85.0 GB are free: about 12 days can be recorded.',
    },
    { id: 'clock', result: 'pass', detail: '2026-01-31 09:00 UTC' },
    { id: 'log', result: 'pass', detail: 'It is verified and has 2 events.' },
    { id: 'key', result: 'pass', detail: 'The master key is in the key store of the system.' },
    { id: 'lock', result: 'pass', detail: 'A locked screen is noticed.' },
  ],
}

const KEYS: KeyStatus = {
  problem: null,
  masterKey: { id: '5f1c4e0d2a7b9386', place: 'system', createdAt: timeAt(-86_400) },
  fileReason: null,
  rotation: null,
  recordings: 128,
  withoutFiles: 0,
  escrowed: 0,
  destroyed: 3,
  backedUpAt: timeAt(-80_000),
}

function listOf<M extends keyof typeof DEVICES>(medium: M) {
  return { available: true, devices: [{ ...DEVICES[medium], default: true }] }
}

const CLOSED_PAGE = { items: [recordingAfter('close')], nextCursor: null }

/** The bodies of requests, by operation. */
export const REQUEST_EXAMPLES: Record<string, unknown> = {
  createToken: { name: TOKEN.name, scopes: TOKEN.scopes },
  launchPage: { admin: true },
  rotateAuditKey: {},
  beginVerification: {},
  rotateKeys: {},
  signOut: {},
  startRecording: {
    media: ['mic', 'screen'],
    tags: { customer: 'C-4711', branch: 12 },
    wrapUpSeconds: 60,
  },
  startMedia: { media: ['speaker'] },
  tagRecording: { tags: { topic: 'mortgage', signed: true } },
  recordConsent: GRANTED,
  pauseMedia: { maxPauseSeconds: 120 },
  resumeMedia: { media: ['mic', 'speaker', 'screen'] },
  stopMedia: {},
  closeRecording: {},
  ...CUSTODY_REQUEST_EXAMPLES,
  searchRecordings: { tags: { customer: 'C-4711' }, limit: 10 },
}

/** The bodies of successful answers, by operation. */
export const RESPONSE_EXAMPLES: Record<string, unknown> = {
  health: { status: 'ok' },
  ping: { status: 'ok' },
  createToken: { ...TOKEN, token: `f2f_${'Q'.repeat(43)}` },
  listTokens: { items: [TOKEN], nextCursor: null },
  launchPage: {
    url: `http://127.0.0.1:3887/launch/${'Q'.repeat(43)}`,
    expiresAt: timeAt(-60),
  },
  readSession: { expiresAt: timeAt(40_000), scopes: ['read', 'tag', 'control', 'audit'] },
  listDevices: { mic: listOf('mic'), speaker: listOf('speaker'), screen: listOf('screen') },
  readReadiness: READINESS,
  startRecording: answerAfter('start'),
  startMedia: answerAfter('startSpeaker'),
  tagRecording: answerAfter('tag'),
  readApplication: {
    state: 'Recording',
    version: '0.1.0',
    recording: { id: RECORDING_ID, state: 'Active' },
    controller: 'api',
    errors: [],
    media: {
      mic: { available: true, device: DEVICES.mic },
      speaker: { available: true, device: DEVICES.speaker },
      screen: { available: true, device: DEVICES.screen },
    },
    storage: { freeBytes: 84_995_190_784, recordableSeconds: 1_045_130, log: 'verified' },
    allowedCommands: ['stop', 'pause', 'tag', 'consent'],
  },
  recordConsent: answerAfter('consent'),
  pauseMedia: answerAfter('pause'),
  resumeMedia: answerAfter('resume'),
  stopMedia: answerAfter('stop'),
  readRecording: recordingWithHistoryAfter('stop'),
  closeRecording: answerAfter('close'),
  ...AUDIT_EXAMPLES,
  ...CUSTODY_EXAMPLES,
  listRecordings: CLOSED_PAGE,
  searchRecordings: CLOSED_PAGE,
  listTagKeys: {
    items: [
      { key: 'topic', lastUsedAt: timeAt(STEPS.tag) },
      { key: 'signed', lastUsedAt: timeAt(STEPS.tag) },
      { key: 'customer', lastUsedAt: timeAt(STEPS.start) },
      { key: 'branch', lastUsedAt: timeAt(STEPS.start) },
    ],
  },
  listSegments: { items: SEGMENTS, nextCursor: 'MC8wMDAwMDAwMDI' },
  readSegmentIndex: {
    ...{ bytes: 1_263_052, initBytes: 764, codec: 'avc1.42c020' },
    keyFrames: [[0, 764]],
  },
  listAccesses: {
    items: [
      { act: 'readEvents', media: [], at: timeAt(7_100), by: CRM },
      { act: 'replayed', media: [], at: timeAt(7_200), by: CRM },
    ],
    nextCursor: null,
  },
  listRecordingEvents: { items: EVENTS, nextCursor: 'YWZ0ZXIgNQ' },
  replayRecording: REPLAY_STATE,
  streamEvents: STREAM,
  readOpenApi: { openapi: '3.1.0' },
  readConfiguration: {
    port: { value: 3887, from: 'default' },
    allowedOrigins: { value: ['https://crm.example'], from: 'config.json' },
    source: { value: 'devices', from: 'default' },
    reserveBytes: { value: 256_000_000, from: 'default' },
    quality: { value: QUALITY_PRESETS.standard, from: 'default' },
    ffmpegPath: { value: '/usr/bin/ffmpeg', from: 'default' },
    logLevel: { value: 'info', from: 'default' },
    capture: { keepReady: { value: 'always', from: 'default' } },
    tags: {
      required: { value: ['customer.id'], from: 'config.json' },
      allowCardNumbers: { value: false, from: 'default' },
    },
    keys: {
      store: { value: 'auto', from: 'default' },
      escrowRecipients: { value: [], from: 'default' },
    },
    consent: {
      mode: { value: 'required', from: 'config.json' },
      eraseWhenWithdrawn: { value: false, from: 'default' },
    },
    holds: { releaseBy: { value: 'anyone', from: 'default' } },
    retention: {
      rules: { value: [{ name: 'calls', keepDays: 90 }], from: 'config.json' },
      minDays: { value: 0, from: 'default' },
      maxDays: { value: null, from: 'default' },
    },
    lock: {
      pause: { value: ['mic', 'screen'], from: 'default' },
      resume: { value: false, from: 'default' },
    },
    audit: {
      witnesses: { value: [], from: 'default' },
      timestampUrl: { value: null, from: 'default' },
    },
    page: {
      reminderMinutes: { value: 15, from: 'default' },
      language: { value: null, from: 'default' },
    },
  },
  ...PROOF_EXAMPLES,
  ...VERIFICATION_EXAMPLES,
  readKeys: KEYS,
  rotateKeys: {
    ...KEYS,
    rotation: { from: '0b9d3c55e1a64f72', done: 0, total: 129, problem: null },
  },
  page: '<!doctype html>…',
  pageManifest: '{"name":"Face-to-Face Interaction Recorder", …}',
  pageAsset: '…',
  pageChart: CHART,
}
