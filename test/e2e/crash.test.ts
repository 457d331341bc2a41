import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { F2F } from '../../lab/daemon.ts'
import { TEST_KEYS } from '../../lab/test-keys.ts'
import { verifyHome } from '../../src/audit/verify/verify-home.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import { resolveHome } from '../../src/home/home.ts'
import { openEventLog } from '../../src/store/event-log.ts'
import { eventually, suite } from '../support/suite.ts'
import {
  assertAcknowledgedIsThere,
  assertLogIsWhole,
  assertWrappedUp,
} from './support/aftermath.ts'
import { wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { notLinux, type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { Random } from './support/random.ts'
import { WitnessClient } from './support/witness-client.ts'

const SEED = Number(process.env.F2F_CRASH_SEED ?? 20_251_122)
/** Kills at each moment. */
const ROUNDS = Number(process.env.F2F_CRASH_ROUNDS ?? 1)
const ROUND_LIMIT_MS = 15_000
/** Clients that tag and read as fast as they can meanwhile. */
const LOAD = Number(process.env.F2F_CRASH_LOAD ?? 0)

interface Situation {
  client: WitnessClient
  daemon: ObservedDaemon
  random: Random
  /** Media that had lost their capture before the kill. */
  disturbed: Set<Medium>
}

/**
 * The activity during which the daemon is killed. Each leaves something unanswered, or comes back a
 * random time after the last answer.
 */
const MOMENTS: Record<string, (situation: Situation) => Promise<void>> = {
  async starting({ client, random }) {
    void client.start({ media: random.some(MEDIA), tags: { customer: 'C-1' } })
    await delay(random.between(0, 700))
  },
  async 'starting, with the first file there'({ client, daemon }) {
    const folders = (): number => readdirSync(join(daemon.home, 'recordings')).length
    const before = folders()
    void client.start()
    await eventually('a folder for the files', () => folders() > before)
  },
  async recording({ client, random }) {
    await client.start({ media: random.some(MEDIA) })
    await delay(random.between(0, 2_500))
  },
  async pausing({ client, random }) {
    await client.start()
    await delay(random.between(0, 300))
    void client.command('pause', { media: random.some(MEDIA) })
    await delay(random.between(0, 120))
  },
  async resuming({ client, random }) {
    await client.start()
    await client.command('pause')
    void client.command('resume', { media: random.some(MEDIA) })
    await delay(random.between(0, 500))
  },
  async tagging({ client, random }) {
    await client.start({ media: ['mic'] })
    for (let tags = random.between(5, 40); tags > 0; tags--) void client.tag()
    await delay(random.between(0, 40))
  },
  async stopping({ client, random }) {
    await client.start()
    await client.tag()
    void client.command('stop')
    await delay(random.between(0, 120))
  },
  async 'in wrap-up'({ client, random }) {
    await client.start({ media: random.some(MEDIA) })
    await client.command('stop')
    await client.tag()
    void client.tag()
    if (random.next() < 0.5) void client.command('close')
    await delay(random.between(0, 20))
  },
  async 'starting the next one'({ client, random }) {
    await client.start({ media: ['mic'] })
    await client.command('stop')
    void client.start({ media: random.some(MEDIA) })
    await delay(random.between(100, 600))
  },
  async recovering({ client, daemon, random, disturbed }) {
    await client.start({ media: ['mic', 'screen'] })
    const [victim] = daemon.captures().filter(({ command }) => command.includes('testsrc2'))
    if (victim) process.kill(victim.pid, 'SIGKILL')
    disturbed.add('screen')
    await delay(random.between(0, 600))
  },
}

/** Tags and reads the current recording until the daemon is gone. */
async function tagUntilDeath(client: WitnessClient, daemon: ObservedDaemon): Promise<void> {
  for (;;) {
    const { answer } = await client.tag()
    const read = await daemon.api('GET', '/recordings/current').catch(() => undefined)
    if (answer === undefined || read === undefined) return
  }
}

/** Kills a daemon that is still starting up, while it does what the one before could not. */
async function killWhileOpening(home: string, random: Random): Promise<void> {
  const daemon = spawn(
    process.execPath,
    [F2F, 'serve', '--home', home, '--port', '0', '--source', 'synthetic'],
    {
      stdio: 'ignore',
    },
  )
  await delay(random.between(150, 700))
  daemon.kill('SIGKILL')
  if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit')
}

/** The log below a home verifies as a whole, read by nobody but this test. */
async function verifyLog(home: string): Promise<void> {
  // Verification needs no key.
  const log = await openEventLog({
    keys: TEST_KEYS,
    folder: join(home, 'log'),
    witnessFile: join(home, 'log.witness'),
  })
  await log.close()
}

/** The log that a kill has left is whole: who verifies it before the next start finds nothing. */
async function assertNoAlarm(home: string): Promise<void> {
  const { findings } = await verifyHome(resolveHome(home), {})
  assert.deepEqual(findings, [])
}

suite('kill -9', (test) => {
  for (const [index, [moment, live]] of Object.entries(MOMENTS).entries()) {
    test.unless(
      notLinux,
      `${ROUNDS} × while ${moment}: nothing acknowledged is lost and nothing goes on`,
      async () => {
        const random = new Random(SEED + index)
        const home = await mkdtemp(join(tmpdir(), 'f2f-crash-'))
        const played = new Set<string>()
        let daemon = await startObserved({ home })
        let round = 1
        try {
          for (; round <= ROUNDS; round++) {
            const client = new WitnessClient(daemon)
            const disturbed = new Set<Medium>()
            const killed = daemon
            const load = Array.from({ length: LOAD }, () => tagUntilDeath(client, killed))
            await live({ client, daemon, random, disturbed })
            const killedAt = Date.now()
            killed.kill()
            await killed.exited
            await Promise.all(load)
            await eventually('nothing of it is alive', () => killed.children().length === 0, 2_000)
            await eventually('every request has ended', () => client.isQuiet)
            await assertNoAlarm(home)
            if (random.next() < 0.25) {
              await killWhileOpening(home, random)
              await assertNoAlarm(home)
            }
            const restartedAt = new Date().toISOString()
            daemon = await startObserved({ home })
            const events = await wholeLog(
              daemon,
              ({ type, at }) => type === 'daemon.started' && at >= restartedAt,
            )
            assertLogIsWhole(events)
            await assertWrappedUp(daemon, events, { client, killedAt, disturbed })
            await assertFilesAreAsLogged(home, events, played)
            // Last: it repeats a command, which may run again.
            await assertAcknowledgedIsThere(daemon, events, client)
          }
          await daemon.stop()
          await verifyLog(home)
        } catch (error) {
          console.error(`seed F2F_CRASH_SEED=${SEED}, ${moment}, round ${round}, home ${home}`)
          throw error
        } finally {
          await daemon.stop()
        }
        await rm(home, { recursive: true, force: true })
      },
      { limitMs: ROUNDS * ROUND_LIMIT_MS },
    )
  }
})
