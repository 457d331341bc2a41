/**
 * Sends eight hours of frames through the real capture, faster than time, and checks that memory
 * does not grow. Capture, encoder and file are real. The screen is a generator of small pictures,
 * because the number of frames is what counts.
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
  createClock,
  LIMIT_MS,
  type LongCapture,
  notLinux,
  RECORDED_MS,
  realFfmpeg,
} from './support/eight-hours.ts'
import { type MemorySample, ownMemory } from './support/memory.ts'

const SAMPLE_INTERVAL_MS = 500

suite('memory of the capture of a screen', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-memory-'))
  let long: LongCapture | undefined
  test.after(async () => {
    await long?.capture.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Writes a stand-in for ffmpeg that reports a start in the past, so that no frame is early. */
  async function fastFfmpeg(startedAt: number): Promise<string> {
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
    'eight hours of a screen do not make memory grow',
    async () => {
      const samples: MemorySample[] = []
      const ffmpegPath = await fastFfmpeg(Math.floor((Date.now() - RECORDED_MS) / 1_000) - 60)
      // The capture reports no progress, so samples follow the clock while frames flow.
      let timer: NodeJS.Timeout | undefined
      const onReport = ({ type }: { type: string }): void => {
        if (type === 'capture.flowing')
          timer = setInterval(() => samples.push(ownMemory()), SAMPLE_INTERVAL_MS)
      }
      try {
        long = await captureLong('screen', {
          ffmpegPath,
          clock: createClock(Date.now),
          folder,
          onReport,
        })
        const ended = await long.ended
        assert.ok(
          Math.abs((ended.description?.durationMs ?? 0) - RECORDED_MS) < 2_000,
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
