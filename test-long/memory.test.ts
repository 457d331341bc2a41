/**
 * Eight hours of sound through the real capture, faster than time: what it leaves in memory does
 * not grow. The capture, the encoder and the file are the real ones; the device is a generator, and
 * the clock is the sound's own.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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
  SAMPLES,
} from './support/eight-hours.ts'
import { type MemorySample, ownMemory } from './support/memory.ts'

const PACED_SOUND = fileURLToPath(new URL('./support/paced-sound.mjs', import.meta.url))
/** Sound comes in pieces that a pipe takes whole; each is measured five times. */
const CHUNK_MS = 500
const LEVELS_A_CHUNK = 5
/** Sound that the encoder may be behind: well below what would be a fault. */
const BEHIND_MAX_CHUNKS = 8

suite('the memory of eight hours of sound', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-memory-'))
  let long: LongCapture | undefined
  test.after(async () => {
    await long?.capture.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  /**
   * Both ends of the sound are paced; it is encoded with less care than usual, for how it sounds
   * does not matter here.
   */
  async function pacedFfmpeg(socketPath: string): Promise<string> {
    const real = await realFfmpeg()
    const paced = `exec "${process.execPath}" "${PACED_SOUND}"`
    return fakeProgram(
      folder,
      'ffmpeg',
      `case "$*" in
  *sine=*) ${paced} source "${socketPath}";;
  *pipe:0*) for a; do shift; [ "$a" = -application ] && set -- "$@" -compression_level 0; set -- "$@" "$a"; done
    ${paced} encode "${socketPath}" "${real}" "$@";;
esac
exec "${real}" "$@"`,
    )
  }

  test.unless(
    notLinux,
    'does not grow',
    async () => {
      const socketPath = join(folder, 'pace')
      const begin = Date.now()
      const chunks = Math.round(RECORDED_MS / CHUNK_MS)
      const samples: MemorySample[] = []
      let [fed, heard, encoded] = [0, 0, 0]
      let source: Socket | undefined
      const clock = clockOf(() => begin + fed * CHUNK_MS)
      /** The next piece, once the last one has been measured and the encoder is not far behind. */
      const feed = (): void => {
        if (
          source === undefined ||
          heard < fed * LEVELS_A_CHUNK ||
          fed - encoded > BEHIND_MAX_CHUNKS
        )
          return
        if (fed >= chunks) {
          long?.capture.send({ type: 'capture.cut', segment: 1, at: clock.now() })
          return
        }
        if (fed % Math.floor(chunks / SAMPLES) === 0 && fed > 0) samples.push(ownMemory())
        fed++
        source.write('+')
      }
      const server = createServer((socket) => {
        socket.on('error', () => {})
        // The first byte says who it is, each further one of the encoder that it has taken a piece.
        socket.once('data', (first: Buffer) => {
          if (first.toString('latin1', 0, 1) === 's') source = socket
          encoded += first.length - 1
          socket.on('data', (told: Buffer) => {
            encoded += told.length
            feed()
          })
          feed()
        })
      }).listen(socketPath)
      try {
        const reported = ({ type }: { type: string }): void => {
          if (type !== 'capture.level') return
          heard++
          feed()
        }
        long = await captureLong('mic', {
          ffmpegPath: await pacedFfmpeg(socketPath),
          clock,
          folder,
          reported,
        })
        const { cause, facts } = await long.ended
        assert.equal(cause, 'cut', JSON.stringify(cause))
        assert.ok(
          Math.abs((facts?.durationMs ?? 0) - RECORDED_MS) < 10_000,
          `${facts?.durationMs} ms recorded`,
        )
      } finally {
        server.close()
        source?.destroy()
      }
      assertFlat(`${RECORDED_MS / 3_600_000} h of sound`, samples)
    },
    { limitMs: LIMIT_MS },
  )
})
