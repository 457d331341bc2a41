import assert from 'node:assert/strict'
import type { AccessView } from '../../src/contract/custody.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'

suite('access to a recording that goes on', (test) => {
  let daemon: TestDaemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(async () => {
    await daemon.stop()
  })

  const command = async (word: string) => {
    const { status } = await daemon.api('POST', `/recordings/current/${word}`, {})
    assert.equal(status, 200, word)
  }
  const accesses = async (id: string) =>
    ((await daemon.api('GET', `/recordings/${id}/accesses`)).body.items as AccessView[]).map(
      ({ act, media, by }) => [act, media, by.client],
    )

  test('is one event however much a player reads, beside pauses that do not wait for it, and survives kill -9', async () => {
    const { body } = await daemon.api('POST', '/recordings', { media: ['mic'] })
    const { id }: { id: string } = body
    await command('pause')
    await command('resume')
    let isPlaying = true
    let requests = 0
    const play = async (): Promise<void> => {
      while (isPlaying) {
        const answer = await daemon.api(
          ...(['GET', `/recordings/${id}/segments/mic/1`, undefined] as const),
          { Range: `bytes=${requests % 100}-` },
        )
        assert.equal(answer.status, 206)
        requests++
      }
    }
    const players = [play(), play(), play()]
    for (let i = 0; i < 3; i++) {
      await command('pause')
      await command('resume')
    }
    isPlaying = false
    await Promise.all(players)
    assert.ok(requests > 10, `${requests} requests`)
    assert.deepEqual(await accesses(id), [['played', ['mic'], 'home']])
    await daemon.api('GET', `/recordings/${id}/segments/mic/1`)
    daemon.kill()
    await daemon.exited
    daemon = await startDaemon({ home: daemon.home })
    assert.deepEqual(await accesses(id), [
      ['played', ['mic'], 'home'],
      ['downloaded', ['mic'], 'home'],
    ])
    const { items } = (await daemon.api('GET', `/recordings/${id}/events?limit=500`)).body
    assert.ok(items.every(({ type }: { type: string }) => type !== 'recording.accessed'))
    const replay = (await daemon.api('GET', `/recordings/${id}/replay`)).body
    assert.equal(replay.index, items.length)
  })
})
