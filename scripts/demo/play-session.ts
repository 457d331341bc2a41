import { join } from 'node:path'
import type { Medium } from '../../src/contract/media.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import type { Crm } from './crm.ts'
import { showProgress } from './show-progress.ts'
import type { Terminal } from './terminal.ts'

/** The tags of a fictitious customer. */
const CUSTOMER = {
  'customer.number': 'C-4711-0815',
  'account.number': 'DEMO-0012345',
  'visit.reason': 'savings account',
}
const WRAP_UP = { 'visit.outcome': 'account opened', 'follow-up': false }

function statesOf(recording: RecordingAnswer): string {
  const states = Object.entries(recording.tracks).map(
    ([medium, track]) => `${medium} ${track.state}`,
  )
  return `${recording.state}: ${states.join(', ')}`
}

const keysOf = (tags: object) => (): string => Object.keys(tags).join(', ')

/**
 * Sends the commands of a visit: start, tag, pause, resume, stop, tag, close. Returns the
 * recording's id.
 */
export async function playSession(
  crm: Crm,
  terminal: Terminal,
  options: { media: Medium[]; seconds: number; recordingsFolder: string; signal: AbortSignal },
): Promise<string> {
  const { media, seconds, signal } = options
  const started: RecordingAnswer = await crm.command(
    '/recordings',
    { media, maxDurationSeconds: 900 },
    statesOf,
  )
  const from = Date.parse(started.startedAt)
  const folder = join(options.recordingsFolder, started.id)
  const waitUntil = (share: number): Promise<void> =>
    showProgress(crm, terminal, { folder, from, until: from + share * seconds * 1000, signal })
  // In practice card data on the screen is paused. Without a screen the demo pauses its first
  // medium.
  const pausable = media.includes('screen') ? 'screen' : media[0]

  await waitUntil(0.15)
  await crm.command('/recordings/current/tags', { tags: CUSTOMER }, keysOf(CUSTOMER))
  await waitUntil(0.4)
  await crm.command('/recordings/current/pause', { media: [pausable] }, statesOf)
  await waitUntil(0.65)
  await crm.command('/recordings/current/resume', { media: [pausable] }, statesOf)
  await waitUntil(1)
  await crm.command('/recordings/current/stop', {}, statesOf)
  await crm.command('/recordings/current/tags', { tags: WRAP_UP }, keysOf(WRAP_UP))
  await crm.command(
    '/recordings/current/close',
    undefined,
    (recording: RecordingAnswer) => recording.state,
  )
  return started.id
}
