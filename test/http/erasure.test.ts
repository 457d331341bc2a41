import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import type { LogEvent } from '../../src/contract/events.ts'
import { suite } from '../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from './support/daemon.ts'
import { toProblem } from './support/expect.ts'
import { AT, BY, recordingView } from './support/stub-recorder.ts'

/** More than all buffers between the disk and a reader that has stopped to read. */
const BYTES = 64 * 1024 * 1024
const ID = 'rec_current'
const PATH = `/v1/recordings/${ID}/segments/screen/1`

/** A daemon with one recording: a large segment of the screen, and one of sound. */
async function daemonWithSegment(): Promise<Daemon> {
  const daemon = await startDaemon()
  const { recorder } = daemon
  recorder.views.set(ID, recordingView(ID))
  await mkdir(join(recorder.folder, ID))
  const file = await open(join(recorder.folder, ID, 'screen-1.mp4'), 'w')
  await file.truncate(BYTES)
  await file.close()
  const facts = { startedAt: AT, endedAt: AT, durationMs: 1, bytes: BYTES, sha256: '0'.repeat(64) }
  recorder.segmentsOf.set(ID, [
    {
      ...{ medium: 'screen', number: 1, ...facts, container: 'mp4', codec: 'h264' },
      file: 'screen-1.mp4',
    },
    {
      ...{ medium: 'mic', number: 1, ...facts, container: 'ogg', codec: 'opus' },
      file: 'mic-1.ogg',
    },
  ])
  return daemon
}

/** Begins to read, and stops when the first bytes are there. */
async function beginReading(daemon: Daemon): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${HOME_TOKEN}` }
  const asked = request(new URL(PATH, daemon.url), { headers, agent: false }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await once(answer, 'readable')
  answer.read(1)
  return answer
}

function beginErasure(
  { recorder }: Daemon,
  type: 'recording.erasing' | 'recording.erased' = 'recording.erasing',
): void {
  const erased = { at: AT, by: BY, cause: 'request', reason: 'Asked for.' } as const
  recorder.views.set(ID, { ...recordingView(ID), erased })
  recorder.bus.emit('events', [{ type, recordingId: ID } as LogEvent])
}

suite('media of a recording that is being erased', (test) => {
  test('are broken off where they are being sent, and gone for whoever comes later', async () => {
    const daemon = await daemonWithSegment()
    const answer = await beginReading(daemon)
    const broken = once(answer, 'error')
    beginErasure(daemon)
    answer.resume()
    const [error] = (await broken) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    await toProblem(await daemon.call(PATH), 'ERASED')
    for (const path of ['export', 'media/screen', 'segments/screen/1/index'])
      await toProblem(await daemon.call(`/v1/recordings/${ID}/${path}`), 'ERASED')
    await daemon.close()
  })

  test('are broken off also when only the end of the erasure is announced', async () => {
    const daemon = await daemonWithSegment()
    const answer = await beginReading(daemon)
    const broken = once(answer, 'error')
    beginErasure(daemon, 'recording.erased')
    answer.resume()
    await broken
    await daemon.close()
  })

  test('show no waveform any more, not even to whoever asked before', async () => {
    const daemon = await daemonWithSegment()
    daemon.recorder.beforeAccess = () => beginErasure(daemon)
    await toProblem(await daemon.call(`/v1/recordings/${ID}/segments/mic/1/peaks`), 'ERASED')
    await daemon.close()
  })

  test('of another recording are sent on', async () => {
    const daemon = await daemonWithSegment()
    const answer = await beginReading(daemon)
    const other = { type: 'recording.erasing', recordingId: 'rec_other' } as LogEvent
    daemon.recorder.bus.emit('events', [other])
    let bytes = 1
    for await (const chunk of answer) bytes += (chunk as Buffer).length
    assert.equal(bytes, BYTES)
    await daemon.close()
  })
})
