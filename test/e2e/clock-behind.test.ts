import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { fakeTime, fakeTimeProblem } from './support/fake-time.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

suite('a system clock that is set back after kill -9', (test) => {
  test.unless(
    fakeTimeProblem(),
    'by 3 s, 10 minutes and a day: the recording ends after its media, and its export plays',
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'f2f-behind-'))
      const folder = await mkdtemp(join(tmpdir(), 'f2f-clocks-'))
      const time = fakeTime(folder)
      const { env, launcher } = time
      const start = (): Promise<ObservedDaemon> => startObserved({ home, env, launcher })
      let daemon = await start()
      try {
        for (const backSeconds of [3, 600, 86_400]) {
          const { id } = await daemon.command('/recordings', { media: ['mic'], wrapUpSeconds: 60 })
          const read = async (): Promise<RecordingAnswer> =>
            (await daemon.api('GET', `/recordings/${id}`)).body
          await eventually('a second of media is on disk', async () => {
            const { items } = (await daemon.api('GET', `/recordings/${id}/events?limit=1000`)).body
            const opened = items.find(({ type }: { type: string }) => type === 'segment.opened')
            return opened && Date.now() - Date.parse(opened.data.startedAt) > 1_200
          })
          daemon.kill()
          await daemon.exited
          time.set(-backSeconds)
          daemon = await start()
          const recording = await read()
          const { startedAt, endedAt, tracks, state, wrapUp } = recording
          assert.equal(state, 'WrapUp')
          assert.ok(endedAt !== null && endedAt > startedAt, `${startedAt}–${endedAt}`)
          assertAccounted(recording)
          const { spans = [], gaps = [] } = tracks.mic ?? {}
          assert.equal(spans.length, 1, JSON.stringify(spans))
          assert.equal(gaps.at(-1)?.reason, 'interrupted')
          const leftMs = Date.parse(wrapUp?.endsAt ?? '') - Date.parse(endedAt)
          assert.equal(leftMs, 60_000)
          for (const file of ['media/mic', 'export'])
            assert.equal((await daemon.api('GET', `/recordings/${id}/${file}`)).status, 200, file)
          await daemon.command(`/recordings/${id}/close`)
          const closed = await read()
          assert.ok(closed.closedAt && closed.closedAt >= endedAt)
          time.set(0)
        }
      } finally {
        await daemon.stop()
        for (const path of [home, folder]) await rm(path, { recursive: true, force: true })
      }
    },
  )
})
