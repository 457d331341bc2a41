import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sound } from '../../../src/composition/building/compose-sound.ts'
import { mixSounds } from '../../../src/composition/building/mix-sounds.ts'
import { silence } from '../../../src/media/opus.ts'
import { suite } from '../../support/suite.ts'
import { contextIn } from '../support/context.ts'

suite('a mix of sounds', (test) => {
  test('that is given up closes the files of all sounds at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-mix-'))
    let open = 0
    /** Never ends by itself. */
    const sound = (medium: Sound['medium']): Sound => ({
      medium,
      head: { channels: 1, preSkip: 312, gain: 0 } as unknown as Sound['head'],
      endSamples: Number.MAX_SAFE_INTEGER,
      async *packets() {
        open++
        try {
          for (;;) yield* silence(48_000, 1)
        } finally {
          open--
        }
      },
    })
    const end = new AbortController()
    const context = { ...contextIn(folder, end.signal), progress: () => end.abort() }
    try {
      await assert.rejects(mixSounds([sound('mic'), sound('speaker')], 60_000, context))
      // A file that nobody closes is closed by the garbage collector, at which later versions of
      // Node end the process.
      assert.equal(open, 0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
