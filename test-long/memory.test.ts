/**
 * Sends eight hours of sound through the real capture, faster than time, and checks that memory
 * does not grow. Capture, encoder and file are real. The device is a generator, and the clock
 * follows the sound.
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
  createClock,
  LIMIT_MS,
  type LongCapture,
  notLinux,
  RECORDED_MS,
  realFfmpeg,
  SAMPLES,
} from './support/eight-hours.ts'
import { type MemorySample, ownMemory } from './support/memory.ts'

const PACED_SOUND = fileURLToPath(new URL('./support/paced-sound.mjs', import.meta.url))
/** Length of a chunk of sound, which fits into a pipe. The capture reports five levels of each. */
const CHUNK_MS = 500
const LEVELS_A_CHUNK = 5
/** Chunks that the encoder may lag behind; the capture reports a fault only at far more. */
const MAX_LAG_CHUNKS = 8

suite('memory of the capture of sound', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-memory-'))
  let long: LongCapture | undefined
  test.after(async () => {
    await long?.capture.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  /**
   * Writes a stand-in for ffmpeg that paces both ends of the sound. It encodes with less effort
   * than usual, because the quality does not matter here.
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
    'eight hours of sound do not make memory grow',
    async () => {
      const socketPath = join(folder, 'pace')
      const begin = Date.now()
      const chunks = Math.round(RECORDED_MS / CHUNK_MS)
      const samples: MemorySample[] = []
      let [sent, levels, encoded] = [0, 0, 0]
      let source: Socket | undefined
      const clock = createClock(() => begin + sent * CHUNK_MS)
      /** Sends the next chunk once the last one is measured and the encoder does not lag. */
      const sendChunk = (): void => {
        if (
          source === undefined ||
          levels < sent * LEVELS_A_CHUNK ||
          sent - encoded > MAX_LAG_CHUNKS
        )
          return
        if (sent >= chunks) {
          long?.capture.send({ type: 'capture.cut', segment: 1, at: clock.now() })
          return
        }
        if (sent % Math.floor(chunks / SAMPLES) === 0 && sent > 0) samples.push(ownMemory())
        sent++
        source.write('+')
      }
      const server = createServer((socket) => {
        socket.on('error', () => {})
        // The first byte names the sender. Each later byte means that the encoder has read a chunk.
        socket.once('data', (first: Buffer) => {
          if (first.toString('latin1', 0, 1) === 's') source = socket
          encoded += first.length - 1
          socket.on('data', (bytes: Buffer) => {
            encoded += bytes.length
            sendChunk()
          })
          sendChunk()
        })
      }).listen(socketPath)
      try {
        const onReport = ({ type }: { type: string }): void => {
          if (type !== 'capture.level') return
          levels++
          sendChunk()
        }
        long = await captureLong('mic', {
          ffmpegPath: await pacedFfmpeg(socketPath),
          clock,
          folder,
          onReport,
        })
        const { cause, description } = await long.ended
        assert.equal(cause, 'cut', JSON.stringify(cause))
        assert.ok(
          Math.abs((description?.durationMs ?? 0) - RECORDED_MS) < 10_000,
          `${description?.durationMs} ms recorded`,
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
