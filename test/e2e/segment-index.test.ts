import assert from 'node:assert/strict'
import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '../../src/client/client.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { keyFramesByFfprobe } from '../support/key-frames.ts'
import { eventually, suite } from '../support/suite.ts'

suite('the key frames of a segment', (test) => {
  let daemon: TestDaemon
  let id: string

  test.before(async () => {
    daemon = await startDaemon()
    id = (await daemon.api('POST', '/recordings', { media: ['mic', 'screen'] })).body.id
    // Key frames are ten seconds apart.
    await eventually(
      'a second key frame',
      async () => {
        const { body } = await daemon.api('GET', '/recordings/current')
        return Date.now() - Date.parse(body.startedAt) > 11_500
      },
      20_000,
    )
    await daemon.api('POST', '/recordings/current/stop', {})
  })
  test.after(async () => {
    await daemon?.stop()
  })

  const read = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${daemon.url}/v1/recordings/${id}/segments/${path}/index`, {
      headers: { Authorization: `Bearer ${daemon.token}`, ...headers },
    })
  const screenFile = async (): Promise<string> => {
    const folder = join(daemon.home, 'recordings', id)
    const file = (await readdir(folder)).find((name) => name.startsWith('screen'))
    return join(folder, file as string)
  }

  test('they are those that ffprobe finds, and the client reads them', async () => {
    const recorder = createClient({ url: daemon.url, token: daemon.token })
    const index = await recorder.segmentIndex(id, 1)
    const [segment] = (await recorder.segments(id)).items.filter(
      ({ medium }) => medium === 'screen',
    )
    assert.equal(index.bytes, segment?.bytes)
    assert.deepEqual(index.keyFrames, keyFramesByFfprobe(await screenFile()))
    assert.ok(index.keyFrames.length >= 2, `${index.keyFrames.length}`)
    assert.match(index.codec, /^avc1\.[0-9a-f]{6}$/)
  })

  test('who has them gets 304', async () => {
    const etag = (await read('screen/1')).headers.get('etag') ?? ''
    assert.match(etag, /^"index-[0-9a-f]{64}"$/)
    assert.equal((await read('screen/1', { 'If-None-Match': etag })).status, 304)
  })

  test('sound has none, and neither has a segment that does not exist', async () => {
    for (const path of ['mic/1', 'screen/9', 'screen/x']) {
      const answer = await read(path)
      assert.equal(answer.status, 404, path)
      assert.equal(((await answer.json()) as { code: string }).code, 'NOT_FOUND')
    }
  })

  test('a file of another length has none', async () => {
    id = (await daemon.api('POST', '/recordings', { media: ['screen'] })).body.id
    await daemon.api('POST', '/recordings/current/stop', {})
    await truncate(await screenFile(), 1_000)
    const answer = await read('screen/1')
    assert.equal(answer.status, 503)
    assert.equal(((await answer.json()) as { code: string }).code, 'EXPORT_FAILED')
  })
})
