import assert from 'node:assert/strict'
import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

suite('the waveform of a segment', (test) => {
  let daemon: TestDaemon
  let id: string
  let durationMs: number

  test.before(async () => {
    daemon = await startDaemon()
    id = (await daemon.api('POST', '/recordings', { media: ['mic', 'screen'] })).body.id
    await eventually('a second of sound', async () => {
      const { body } = await daemon.api('GET', '/recordings/current')
      return body.tracks.mic.level !== null && Date.now() - Date.parse(body.startedAt) > 1_500
    })
    await daemon.api('POST', '/recordings/current/stop', {})
    const { body } = await daemon.api('GET', `/recordings/${id}/segments`)
    durationMs = body.items.find(({ medium }: { medium: string }) => medium === 'mic').durationMs
  })
  test.after(async () => {
    await daemon?.stop()
  })

  const read = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${daemon.url}/v1/recordings/${id}/segments/${path}/peaks`, {
      headers: { Authorization: `Bearer ${daemon.token}`, ...headers },
    })

  test('it has a byte for every 20 ms, and shows the tone', async () => {
    const answer = await read('mic/1')
    assert.equal(answer.status, 200)
    const peaks = new Uint8Array(await answer.arrayBuffer())
    assert.ok(Math.abs(peaks.length - durationMs / 20) <= 2, `${peaks.length} of ${durationMs} ms`)
    assert.ok(Math.max(...peaks) > 40 && Math.max(...peaks) < 255, `${Math.max(...peaks)}`)
    const etag = answer.headers.get('etag') ?? ''
    assert.equal((await read('mic/1', { 'If-None-Match': etag })).status, 304)
  })

  test('many who ask at once get the same', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => read('mic/1')))
    const bodies = await Promise.all(
      answers.map(async (one) => (await one.arrayBuffer()).byteLength),
    )
    assert.equal(new Set(bodies).size, 1)
  })

  test('a screen has none, and neither has a segment that does not exist', async () => {
    for (const path of ['screen/1', 'mic/9', 'mic/x']) {
      const answer = await read(path)
      assert.equal(answer.status, 404, path)
      assert.equal(((await answer.json()) as { code: string }).code, 'NOT_FOUND')
    }
  })

  test('a file that is not what was recorded gets no waveform', async () => {
    const again = await daemon.api('POST', '/recordings', { media: ['mic'] })
    await daemon.api('POST', '/recordings/current/stop', {})
    id = again.body.id
    const folder = join(daemon.home, 'recordings', id)
    const [file] = (await readdir(folder)).filter((name) => name.startsWith('mic'))
    await truncate(join(folder, file as string), 100)
    const answer = await read('mic/1')
    assert.equal(answer.status, 503)
    assert.equal(((await answer.json()) as { code: string }).code, 'EXPORT_FAILED')
  })
})
