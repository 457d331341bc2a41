import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encryptAge } from '../../../src/age/sealer.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import { parseRange } from '../../../src/http/answers/byte-range.ts'
import { eventually, suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { toProblem } from '../support/expect.ts'
import { AT, BY, recordingView } from '../support/stub-recorder.ts'

const PATH = '/v1/recordings/current/segments/mic/1'

suite('a segment’s file', (test) => {
  let daemon: Daemon
  const bytes = randomBytes(300_000)
  const sha256 = createHash('sha256').update(bytes).digest()

  test.before(async () => {
    daemon = await startDaemon()
    const { recorder } = daemon
    recorder.views.set('rec_current', recordingView('rec_current'))
    recorder.current = 'rec_current'
    await mkdir(join(recorder.folder, 'rec_current'))
    const sealed = encryptAge(bytes, [recorder.identity.recipient])
    await writeFile(join(recorder.folder, 'rec_current', 'mic-1.ogg.age'), sealed)
    await writeFile(join(recorder.folder, 'rec_current', 'mic-4.ogg.age'), sealed.subarray(0, -1))
    // Of version 0.1, which did not seal.
    await writeFile(join(recorder.folder, 'rec_current', 'screen-1.mp4'), bytes)
    const facts = {
      startedAt: AT,
      endedAt: AT,
      durationMs: 1,
      bytes: bytes.length,
      sha256: sha256.toString('hex'),
    }
    recorder.segmentsOf.set('rec_current', [
      ...[
        { number: 1, file: 'mic-1.ogg.age' },
        { number: 2, file: 'gone.ogg.age' },
        { number: 4, file: 'mic-4.ogg.age' },
      ].map(
        (one) => ({ medium: 'mic', ...facts, container: 'ogg', codec: 'opus', ...one }) as const,
      ),
      {
        medium: 'screen',
        number: 1,
        ...facts,
        container: 'mp4',
        codec: 'h264',
        file: 'screen-1.mp4',
      },
    ])
  })
  test.after(() => daemon.close())

  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    daemon.call(PATH, { headers, method })
  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer())

  test('is sent whole, with its type and digest, whatever Accept says', async () => {
    const answer = await get({ accept: 'text/html' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'audio/ogg')
    assert.equal(answer.headers.get('accept-ranges'), 'bytes')
    assert.equal(answer.headers.get('repr-digest'), `sha-256=:${sha256.toString('base64')}:`)
    assert.equal(answer.headers.get('etag'), `"${sha256.toString('hex')}"`)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.ok((await bytesOf(answer)).equals(bytes))
    const screen = await daemon.call('/v1/recordings/rec_current/segments/screen/1')
    assert.equal(screen.headers.get('content-type'), 'video/mp4')
    assert.ok((await bytesOf(screen)).equals(bytes))
  })

  test('is sent in ranges', async () => {
    const size = bytes.length
    const cases = [
      ['bytes=0-0', 0, 0],
      ['bytes=100-199999', 100, 199_999],
      ['bytes=299000-', 299_000, size - 1],
      ['bytes=-10', size - 10, size - 1],
      ['bytes=299999-400000', size - 1, size - 1],
      ['bytes=-400000', 0, size - 1],
    ] as const
    for (const [range, first, last] of cases) {
      const answer = await get({ range })
      assert.equal(answer.status, 206, range)
      assert.equal(answer.headers.get('content-range'), `bytes ${first}-${last}/${size}`)
      assert.equal(answer.headers.get('content-length'), String(last - first + 1))
      assert.equal(answer.headers.get('repr-digest'), `sha-256=:${sha256.toString('base64')}:`)
      assert.ok((await bytesOf(answer)).equals(bytes.subarray(first, last + 1)), range)
    }
  })

  test('is sent whole if the range is invalid', async () => {
    for (const range of ['bytes=5-1', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=-']) {
      const answer = await get({ range })
      assert.equal(answer.status, 200, range)
      assert.equal((await bytesOf(answer)).length, bytes.length)
    }
  })

  test('answers 416 to a range outside of the file', async () => {
    for (const range of ['bytes=300000-', 'bytes=300000-300001', 'bytes=-0']) {
      const answer = await get({ range })
      assert.equal(answer.status, 416, range)
      assert.equal(answer.headers.get('content-range'), `bytes */${bytes.length}`)
      const { code, bytes: length } = (await answer.json()) as { code: string; bytes: number }
      assert.deepEqual([code, length], ['RANGE_NOT_SATISFIABLE', bytes.length])
    }
  })

  test('is sent in ranges only if it is the file that the client has', async () => {
    const etag = `"${sha256.toString('hex')}"`
    assert.equal((await get({ range: 'bytes=0-9', 'if-range': etag })).status, 206)
    assert.equal((await get({ range: 'bytes=0-9', 'if-range': '"other"' })).status, 200)
    assert.equal((await get({ 'if-none-match': etag })).status, 304)
    assert.equal((await get({ 'if-none-match': '"other"' })).status, 200)
  })

  test('answers HEAD without the body', async () => {
    const answer = await get({ range: 'bytes=0-9' }, 'HEAD')
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-length'), String(bytes.length))
    assert.equal(await answer.text(), '')
  })

  test('is 404 if it does not exist', async () => {
    for (const place of [
      'mic/3',
      'speaker/1',
      'camera/1',
      'mic/0',
      'mic/01',
      'mic/x',
      'mic/-1',
      'mic/..%2f1',
      'mic/1e0',
    ]) {
      await toProblem(await daemon.call(`/v1/recordings/current/segments/${place}`), 'NOT_FOUND')
    }
    await toProblem(await daemon.call('/v1/recordings/current/segments/mic/2'), 'NOT_FOUND')
  })

  test('is refused when its file has been changed, or when its key is missing', async () => {
    const path = '/v1/recordings/current/segments/mic/4'
    const { detail } = await toProblem(await daemon.call(path), 'EXPORT_FAILED')
    assert.match(String(detail), /not what was recorded/)
    const { recorder } = daemon
    const openMedia = recorder.openMedia.bind(recorder)
    recorder.openMedia = async () => {
      throw new RecorderError('KEY_UNAVAILABLE', 'The key store is locked.')
    }
    await toProblem(await daemon.call(PATH), 'KEY_UNAVAILABLE')
    recorder.openMedia = openMedia
  })

  test('is gone with an erased recording, and so is all that is made of it', async () => {
    const { recorder } = daemon
    const view = recorder.views.get('rec_current')!
    recorder.views.set('rec_current', {
      ...view,
      erased: { at: AT, by: BY, cause: 'request', reason: 'Asked for.' },
    })
    for (const path of [PATH, `${PATH}/peaks`, '/v1/recordings/current/segments/screen/1/index']) {
      const { recordingId } = await toProblem(await daemon.call(path), 'ERASED')
      assert.equal(recordingId, 'rec_current')
    }
    recorder.views.set('rec_current', view)
    assert.equal((await get()).status, 200)
  })

  const noProc = process.platform === 'linux' ? null : '/proc is Linux’s'

  async function closed(): Promise<void> {
    await eventually('no file of the recording is open', async () => {
      const names = await readdir('/proc/self/fd')
      const targets = await Promise.all(
        names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
      )
      return !targets.some((target) => target.endsWith('.ogg.age'))
    })
  }

  test.unless(noProc, 'is closed after the answer, even if nothing was read', async () => {
    // The garbage collector closes what was forgotten, sooner or later, and says so.
    const forgotten: Error[] = []
    const note = (warning: Error) => forgotten.push(warning)
    process.on('warning', note)
    await bytesOf(await get())
    await get({}, 'HEAD')
    await get({ range: 'bytes=300000-' })
    await closed()
    process.off('warning', note)
    assert.deepEqual(forgotten, [])
  })

  test.unless(noProc, 'is closed also when the reader hangs up', async () => {
    const token = await daemon.tokenFor('read')
    const socket = await daemon.connect()
    socket.write(
      `GET ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    )
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await closed()
    assert.ok((await get()).ok)
  })
})

suite('Range', (test) => {
  test('of an empty file can never be satisfied', () => {
    assert.equal(parseRange('bytes=0-', 0), 'unsatisfiable')
    assert.equal(parseRange('bytes=-5', 0), 'unsatisfiable')
    assert.equal(parseRange(undefined, 0), null)
  })
})
