import assert from 'node:assert/strict'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

const LIMIT_MS = 10_000

suite('the live picture of the screen', (test) => {
  let daemon: TestDaemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(async () => {
    await daemon?.stop()
  })

  async function read(etag?: string) {
    const headers: Record<string, string> = { Authorization: `Bearer ${daemon.token}` }
    if (etag !== undefined) headers['If-None-Match'] = etag
    const answer = await fetch(`${daemon.url}/v1/recordings/current/picture`, { headers })
    const jpeg = Buffer.from(await answer.arrayBuffer())
    return { status: answer.status, headers: answer.headers, jpeg }
  }

  /** Waits for a picture that is not the one with this tag. */
  async function newPicture(etag?: string): Promise<string> {
    return eventually(
      'a new picture',
      async () => {
        const { status, headers, jpeg } = await read(etag)
        if (status !== 200) return false
        assert.equal(headers.get('content-type'), 'image/jpeg')
        assert.equal(headers.get('cache-control'), 'no-store')
        assert.deepEqual([...jpeg.subarray(0, 2)], [0xff, 0xd8])
        assert.deepEqual([...jpeg.subarray(-2)], [0xff, 0xd9])
        return headers.get('etag') ?? undefined
      },
      LIMIT_MS,
    )
  }

  test('a recording screen has a new picture about every second', async () => {
    await daemon.api('POST', '/recordings', { media: ['screen'] })
    const first = await newPicture()
    assert.notEqual(await newPicture(first), first)
  })

  test('a pause leaves no picture, and a resume brings a new one', async () => {
    const before = await newPicture()
    await daemon.api('POST', '/recordings/current/pause', {})
    const paused = await read()
    assert.equal(paused.status, 204)
    assert.equal(paused.jpeg.length, 0)
    await daemon.api('POST', '/recordings/current/resume', {})
    assert.notEqual(await newPicture(before), before)
  })

  test('a recording without a screen has none, and neither has one that was stopped', async () => {
    await daemon.api('POST', '/recordings/current/stop', {})
    assert.equal((await read()).status, 204)
    await daemon.api('POST', '/recordings/current/close', {})
    await daemon.api('POST', '/recordings', { media: ['mic'] })
    assert.equal((await read()).status, 204)
  })
})
