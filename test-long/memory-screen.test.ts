/**
 * Eight hours of frames through the real capture, faster than time: what it leaves in memory does
 * not grow. The capture, the encoder and the file are the real ones; the screen is a generator, and
 * small, for frames are what counts.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeProgram } from '../test/actors/support/fake-program.ts'
import { suite } from '../test/support/suite.ts'
import {
  assertFlat,
  captureLong,
  clockOf,
  LIMIT_MS,
  type LongCapture,
  notLinux,
  RECORDED_MS,
  realFfmpeg,
} from './support/eight-hours.ts'
import { type MemorySample, ownMemory } from './support/memory.ts'

const SAMPLE_INTERVAL_MS = 500

suite('the memory of eight hours of a screen', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-memory-'))
  let long: LongCapture | undefined
  test.after(async () => {
    await long?.capture.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Says that it began so long ago, so that no frame is of the future. */
  async function hurriedFfmpeg(startedAt: number): Promise<string> {
    const generator = `testsrc=size=160x90:rate=15:duration=${RECORDED_MS / 1_000}`
    return fakeProgram(
      folder,
      'ffmpeg',
      `case "$*" in
  *testsrc2*) echo "  Duration: N/A, start: ${startedAt}.000000, bitrate: N/A" >&2
    for a; do shift; case "$a" in -re) continue;; testsrc2=*) a="${generator}";; esac; set -- "$@" "$a"; done;;
esac
exec "${await realFfmpeg()}" "$@"`,
    )
  }

  test.unless(
    notLinux,
    'does not grow',
    async () => {
      const samples: MemorySample[] = []
      const ffmpegPath = await hurriedFfmpeg(Math.floor((Date.now() - RECORDED_MS) / 1_000) - 60)
      // How far it is is not told; by the clock, then, from when frames flow to their end.
      let timer: NodeJS.Timeout | undefined
      const reported = ({ type }: { type: string }): void => {
        if (type === 'capture.flowing')
          timer = setInterval(() => samples.push(ownMemory()), SAMPLE_INTERVAL_MS)
      }
      try {
        long = await captureLong('screen', {
          ffmpegPath,
          clock: clockOf(Date.now),
          folder,
          reported,
        })
        const ended = await long.ended
        assert.ok(
          Math.abs((ended.facts?.durationMs ?? 0) - RECORDED_MS) < 2_000,
          JSON.stringify(ended),
        )
      } finally {
        clearInterval(timer)
      }
      assertFlat(`${RECORDED_MS / 3_600_000} h of a screen`, samples)
    },
    { limitMs: LIMIT_MS },
  )
})
