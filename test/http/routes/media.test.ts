import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStoredMedia } from '../../../src/age/stored-media.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import { eventually, suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { readEvents } from '../support/event-reader.ts'
import { bodyOf, toProblem } from '../support/expect.ts'
import { AT, recordingView } from '../support/stub-recorder.ts'

const EXPORT = '/v1/recordings/rec_current/export'
const TRACK = '/v1/recordings/rec_current/media/mic'

suite('composed files over HTTP', (test) => {
  let daemon: Daemon
  const bytes = randomBytes(50_000)
  const sha256 = createHash('sha256').update(bytes).digest('hex')

  test.beforeEach(async () => {
    daemon = await startDaemon()
    const { recorder, compositions } = daemon
    recorder.views.set('rec_current', recordingView('rec_current'))
    recorder.current = 'rec_current'
    const path = join(recorder.folder, 'composed')
    await writeFile(path, bytes)
    const name = 'rec_current-export.mp4'
    const open = () => openStoredMedia(path, undefined)
    compositions.file = { open, type: 'video/mp4', name, sha256 }
  })
  test.afterEach(() => daemon.close())

  test('are sent whole or in ranges, with a digest and a name without personal data', async () => {
    const answer = await daemon.call(EXPORT, { headers: { accept: 'text/html' } })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'video/mp4')
    assert.equal(
      answer.headers.get('content-disposition'),
      'inline; filename="rec_current-export.mp4"',
    )
    const digest = Buffer.from(sha256, 'hex').toString('base64')
    assert.equal(answer.headers.get('repr-digest'), `sha-256=:${digest}:`)
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
    const part = await daemon.call(TRACK, { headers: { range: 'bytes=10-19' } })
    assert.equal(part.status, 206)
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20)))
    const known = await daemon.call(EXPORT, { headers: { 'if-none-match': `"${sha256}"` } })
    assert.equal(known.status, 304)
    const head = await daemon.call(EXPORT, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), String(bytes.length))
  })

  test('are composed as requested', async () => {
    for (const path of [TRACK, EXPORT, `${EXPORT}?gaps=cut`, `${EXPORT}?audio=split&gaps=fill`])
      await daemon.call(path)
    assert.deepEqual(daemon.compositions.asked, [
      { kind: 'track', medium: 'mic' },
      { kind: 'export', gaps: 'fill', audio: 'mix' },
      { kind: 'export', gaps: 'cut', audio: 'mix' },
      { kind: 'export', gaps: 'fill', audio: 'split' },
    ])
  })

  test('are refused for invalid or forbidden requests', async () => {
    for (const query of ['gaps=keep', 'audio=', 'gaps=cut&gaps=fill', 'codec=av1'])
      await toProblem(await daemon.call(`${EXPORT}?${query}`), 'INVALID_REQUEST')
    await toProblem(await daemon.call('/v1/recordings/rec_current/media/camera'), 'NOT_FOUND')
    await toProblem(await daemon.call('/v1/recordings/rec_missing/export'), 'RECORDING_NOT_FOUND')
    const token = await daemon.tokenFor('tag', 'control', 'audit')
    for (const path of [EXPORT, TRACK])
      await toProblem(await daemon.call(path, { token }), 'FORBIDDEN_SCOPE')
    assert.deepEqual(daemon.compositions.asked, [])
  })

  test('that cannot be composed are answered with a problem', async () => {
    const said = 'Segment 1 of mic is missing from the disk.'
    const cause = Object.assign(new Error(said), { code: 'ENOENT' })
    daemon.compositions.failure = new RecorderError('EXPORT_FAILED', said, { cause })
    const { detail } = await toProblem(await daemon.call(EXPORT), 'EXPORT_FAILED')
    assert.equal(detail, said)
    assert.equal(daemon.compositions.asked.length, 1)
  })

  test('of a recording under way are refused with its state and what may be done', async () => {
    daemon.compositions.failure = new RecorderError('INVALID_STATE', 'Stop it first.')
    for (const path of [EXPORT, TRACK, '/v1/recordings/current/export']) {
      const problem = await toProblem(await daemon.call(path), 'INVALID_STATE')
      const { recordingId, state, allowedCommands } = await bodyOf(
        await daemon.call('/v1/recordings/rec_current'),
        200,
        'RecordingWithHistory',
      ).then(({ id, ...rest }) => ({ recordingId: id, ...rest }) as Record<string, unknown>)
      assert.deepEqual(
        [problem.recordingId, problem.state, problem.allowedCommands, problem.detail],
        [recordingId, state, allowedCommands, 'Stop it first.'],
      )
    }
  })

  test('that vanish just before they are sent are composed once more', async () => {
    const { compositions } = daemon
    const good = compositions.file!
    const missing = Object.assign(new Error('gone'), { code: 'ENOENT' })
    const open = async () => {
      throw new RecorderError('NOT_FOUND', 'It is gone.', { cause: missing })
    }
    const gone = { ...good, open }
    const compose = compositions.compose.bind(compositions)
    compositions.file = gone
    compositions.compose = async (...asked) => {
      const file = await compose(...asked)
      compositions.file = good
      return file
    }
    assert.equal((await daemon.call(EXPORT)).status, 200)
    assert.equal(compositions.asked.length, 2)
    compositions.file = gone
    compositions.compose = compose
    await toProblem(await daemon.call(EXPORT), 'EXPORT_FAILED')
    assert.equal(compositions.asked.length, 4)
  })

  test('are abandoned without an error when the client disconnects', async () => {
    daemon.compositions.file = undefined
    const hangUp = new AbortController()
    const asked = daemon.call(EXPORT, { signal: hangUp.signal }).catch(() => 'gone')
    await eventually('it is being made', () => daemon.compositions.asked.length === 1)
    assert.deepEqual(daemon.compositions.left, [])
    hangUp.abort()
    assert.equal(await asked, 'gone')
    await eventually('the client is missed', () => daemon.compositions.left.length === 1)
    assert.ok(
      !daemon.logLines.some((line) => line.includes('request failed')),
      daemon.logLines.join(''),
    )
  })

  test('report their progress on the event stream to clients that ask for it', async () => {
    const { compositions } = daemon
    const deaf = await readEvents(daemon)
    assert.equal(compositions.isHeard, false)
    const reader = await readEvents(daemon, { exports: true })
    await eventually('somebody listens', () => compositions.isHeard)
    const progress = {
      recordingId: 'rec_current',
      kind: 'mic',
      percent: 7,
      state: 'building',
      at: AT,
    } as const
    compositions.tell(progress)
    const told = await eventually('it is told', () =>
      reader.blocks.find(({ event }) => event === 'export'),
    )
    assert.deepEqual([told.data, told.id], [progress, null])
    assert.ok(!deaf.blocks.some(({ event }) => event === 'export'))
    reader.hangUp()
    await eventually('nobody listens any more', () => !compositions.isHeard)
    deaf.hangUp()
  })
})
