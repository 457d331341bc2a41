import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { eventually, suite } from '../../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { toProblem } from '../support/expect.ts'
import { AT, BY, recordingView } from '../support/stub-recorder.ts'

const ID = 'rec_closed'
const PATH = `/v1/recordings/${ID}/bundle`
const PIECE = Buffer.alloc(1024 * 1024)
/** More pieces than all buffers between the recorder and a reader that has stopped to read hold. */
const PIECES = 64

suite('GET /v1/recordings/{id}/bundle', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())
  test.beforeEach(() => {
    daemon.recorder.views.set(ID, { ...recordingView(ID), state: 'Closed', closedAt: AT })
    daemon.recorder.seen.length = 0
    daemon.recorder.failAccess = undefined
    daemon.bundles.failure = undefined
    daemon.bundles.asked.length = 0
    daemon.bundles.pieces = () => [Buffer.from('PK')]
  })

  /** Begins to read a large bundle, and stops when the first bytes are there. */
  async function beginReading(onEnd: () => void): Promise<IncomingMessage> {
    daemon.bundles.pieces = async function* () {
      try {
        for (let count = 0; count < PIECES; count++) yield PIECE
      } finally {
        onEnd()
      }
    }
    const headers = { authorization: `Bearer ${HOME_TOKEN}` }
    const asked = request(new URL(PATH, daemon.url), { headers, agent: false }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    await once(answer, 'readable')
    answer.read(1)
    return answer
  }

  test('sends a ZIP file to be saved, once the access is in the log', async () => {
    const answer = await daemon.call(`${PATH}?lang=de`)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/zip')
    assert.equal(
      answer.headers.get('content-disposition'),
      `attachment; filename="${ID}-bundle.zip"`,
    )
    assert.equal(await answer.text(), 'PK')
    assert.deepEqual(daemon.bundles.asked, [{ id: ID, language: 'de' }])
    assert.deepEqual(daemon.recorder.seen, [
      { recordingId: ID, act: 'bundled', media: ['mic'], by: BY },
    ])
  })

  test('sends nothing when the access cannot be recorded, or the recorder cannot make it', async () => {
    daemon.recorder.failAccess = new RecorderError('STORAGE_FULL', 'The disk is full.')
    await toProblem(await daemon.call(PATH), 'STORAGE_FULL')
    daemon.bundles.failure = new RecorderError('KEY_UNAVAILABLE', 'The key is missing.')
    await toProblem(await daemon.call(PATH), 'KEY_UNAVAILABLE')
  })

  test('shows nothing for HEAD', async () => {
    const answer = await daemon.call(PATH, { method: 'HEAD' })
    assert.equal(answer.status, 200)
    assert.deepEqual([daemon.recorder.seen, daemon.bundles.asked], [[], []])
  })

  test('refuses a recording that is not closed, and says what it is doing', async () => {
    daemon.recorder.views.set(ID, recordingView(ID))
    const problem = await toProblem(await daemon.call(PATH), 'INVALID_STATE')
    assert.deepEqual([problem.recordingId, problem.state], [ID, 'Active'])
    assert.ok(Array.isArray(problem.allowedCommands))
    await toProblem(await daemon.call('/v1/recordings/no_such_id/bundle'), 'RECORDING_NOT_FOUND')
    await toProblem(await daemon.call(`${PATH}?lang=fr`), 'INVALID_REQUEST')
    const token = await daemon.tokenFor('read', 'control', 'admin')
    await toProblem(await daemon.call(PATH, { token }), 'FORBIDDEN_SCOPE')
  })

  test('breaks off when the erasure of its recording begins', async () => {
    let hasEnded = false
    const answer = await beginReading(() => {
      hasEnded = true
    })
    const broken = once(answer, 'error')
    daemon.recorder.bus.emit('events', [{ type: 'recording.erasing', recordingId: ID } as LogEvent])
    answer.resume()
    const [error] = (await broken) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    await eventually('the bundle is closed', () => hasEnded)
  })

  test('closes everything when its client hangs up, and ends a making that nobody waits for', async () => {
    let hasEnded = false
    const answer = await beginReading(() => {
      hasEnded = true
    })
    answer.destroy()
    await eventually('the bundle is closed', () => hasEnded)
    await eventually('its making is ended', () => daemon.bundles.signal?.aborted)
  })

  test('breaks off when a file cannot be read, so that no client takes it for whole', async () => {
    daemon.bundles.pieces = async function* () {
      yield PIECE
      throw new Error('The disk fails.')
    }
    const answer = await daemon.call(PATH)
    assert.equal(answer.status, 200)
    await assert.rejects(answer.arrayBuffer(), TypeError)
  })
})
