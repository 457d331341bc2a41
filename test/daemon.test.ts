import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startDaemon } from '../src/daemon.ts'
import { SteadyClock } from '../src/time/steady-clock.ts'
import { noSmallDisk, withSmallDisk } from './store/support/mounts.ts'
import { suite } from './support/suite.ts'

suite('starting the daemon', (test) => {
  let home: string
  let taken: Server
  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-daemon-'))
    taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  })
  test.afterEach(async () => {
    await new Promise((resolve) => taken.close(resolve))
    await rm(home, { recursive: true, force: true })
  })

  test('a start that fails half-way stops its clock and leaves the home free for the next one', async () => {
    const stopped: SteadyClock[] = []
    const stop = SteadyClock.prototype.stop
    SteadyClock.prototype.stop = function (this: SteadyClock) {
      stopped.push(this)
      stop.call(this)
    }
    const logger = pino({ level: 'silent' })
    const options = { home, source: 'synthetic', quality: 'standard' } as const
    try {
      const { port } = taken.address() as AddressInfo
      await assert.rejects(startDaemon({ ...options, port }, logger))
      assert.equal(stopped.length, 1)
    } finally {
      SteadyClock.prototype.stop = stop
    }
    const daemon = await startDaemon({ ...options, port: 0 }, logger)
    await daemon.stop()
    assert.ok(!readdirSync(home).includes('daemon.json'))
  })

  test.unless(
    noSmallDisk,
    'a new home on a full disk says so, and is good once there is space',
    async () => {
      const options = { source: 'synthetic', port: 0 } as const
      const logger = pino({ level: 'silent' })
      await withSmallDisk(16 * 1024 * 1024, async (mount) => {
        const filler = join(mount, 'filler')
        const home = join(mount, 'home')
        for (const freeKiB of [0, 4, 16, 40]) {
          const { bavail, bsize } = statfsSync(mount)
          writeFileSync(filler, Buffer.alloc(bavail * bsize - freeKiB * 1_024))
          await assert.rejects(startDaemon({ ...options, home }, logger), {
            name: 'HomeError',
            message: /home is full, so the recorder cannot start\. Nothing is damaged\. Free some/,
          })
          rmSync(filler)
          await (await startDaemon({ ...options, home }, logger)).stop()
          assert.ok(!readdirSync(home).some((name) => name.endsWith('.new')))
          rmSync(home, { recursive: true })
        }
      })
    },
  )

  test.unless(noSmallDisk, 'a read-only home is called that, whatever it holds', async () => {
    const options = { source: 'synthetic', port: 0 } as const
    const logger = pino({ level: 'silent' })
    await withSmallDisk(32 * 1024 * 1024, async (mount) => {
      for (const isUsed of [false, true]) {
        const folder = join(mount, String(isUsed))
        mkdirSync(folder, { mode: 0o700 })
        if (isUsed) await (await startDaemon({ ...options, home: folder }, logger)).stop()
        execFileSync('mount', ['-o', 'remount,ro', mount])
        try {
          await assert.rejects(startDaemon({ ...options, home: folder }, logger), {
            name: 'HomeError',
            message:
              /is on a file system that is mounted read-only\. Nothing is damaged\. Mount it/,
          })
        } finally {
          execFileSync('mount', ['-o', 'remount,rw', mount])
        }
      }
    })
  })
})
