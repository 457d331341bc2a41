/**
 * Reads 10,000 recordings through the API, as lists and one by one, and measures the most memory
 * that the daemon has ever used. F2F_MEMORY_RECORDINGS sets their number.
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHomeKeys, writeRecordingKeys } from '../lab/home-keys.ts'
import { openEventLog } from '../src/store/event-log.ts'
import { writeRecording } from '../test/store/support/corruption.ts'
import { startDaemon, type TestDaemon } from '../test/support/daemon.ts'
import { suite } from '../test/support/suite.ts'
import { notLinux } from './support/eight-hours.ts'

const RECORDINGS = Number(process.env.F2F_MEMORY_RECORDINGS ?? 10_000)
const MAX_RSS_MB = 200
const LIMIT_MS = 600_000

/** The most resident memory that a process has ever had, in MB. */
function peakRssMb(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return (Number(kib) * 1_024) / 1e6
}

async function writeLog(home: string): Promise<void> {
  mkdirSync(home, { mode: 0o700 })
  const keys = await openHomeKeys(home)
  writeRecordingKeys(
    home,
    Array.from({ length: RECORDINGS }, (_, i) => `recording-${String(i).padStart(4, '0')}`),
  )
  const log = await openEventLog({
    keys,
    folder: join(home, 'log'),
    witnessFile: join(home, 'log.witness'),
  })
  for (let i = 0; i < RECORDINGS; i += 100) {
    const some = Array.from({ length: Math.min(100, RECORDINGS - i) }, (_, n) => n + i)
    await Promise.all(some.map((n) => writeRecording(log, n, 'closed')))
  }
  await log.close()
  await keys.close()
}

async function readAll(daemon: TestDaemon): Promise<number> {
  let read = 0
  let next = ''
  do {
    const { body } = await daemon.api('GET', `/recordings?limit=200${next}`)
    for (const { id } of body.items)
      assert.equal((await daemon.api('GET', `/recordings/${id}`)).status, 200)
    read += body.items.length
    next = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
  } while (next !== '')
  return read
}

suite('memory for reading', (test) => {
  test.unless(
    notLinux,
    `stays below ${MAX_RSS_MB} MB after ${RECORDINGS} recordings`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'f2f-reading-'))
      const home = join(folder, 'home')
      let daemon: TestDaemon | undefined
      try {
        await writeLog(home)
        daemon = await startDaemon({ home })
        const afterOpening = peakRssMb(daemon.pid)
        assert.equal(await readAll(daemon), RECORDINGS)
        const afterReading = peakRssMb(daemon.pid)
        console.log(`peak RSS ${afterOpening.toFixed(0)} MB, then ${afterReading.toFixed(0)} MB`)

        assert.ok(afterReading <= MAX_RSS_MB, `${afterReading} MB`)
      } finally {
        await daemon?.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    { limitMs: LIMIT_MS },
  )
})
