/**
 * Cuts the power of the disk with the home folder again and again, at a random moment of a busy
 * session: nothing that was acknowledged may be missing when the disk is mounted again.
 */

import {
  assertAcknowledgedIsThere,
  assertLogIsWhole,
  assertWrappedUp,
} from '../test/e2e/support/aftermath.ts'
import { createFaultDisk, faultDiskProblem } from '../test/e2e/support/fault-disk.ts'
import { wholeLog } from '../test/e2e/support/history.ts'
import { assertFilesAreAsLogged } from '../test/e2e/support/media-check.ts'
import { type ObservedDaemon, startObserved } from '../test/e2e/support/observed-daemon.ts'
import { Random } from '../test/e2e/support/random.ts'
import { WitnessClient } from '../test/e2e/support/witness-client.ts'
import { eventually, suite } from '../test/support/suite.ts'

const CUTS = Number(process.env.F2F_POWER_CUTS ?? 100)
const SEED = Number(process.env.F2F_POWER_SEED ?? Date.now() % 1_000_000_000)
const CUT_LIMIT_MS = 30_000

const noDisk = await faultDiskProblem()

/** A session that is busy until the power fails. */
async function session(client: WitnessClient, random: Random): Promise<void> {
  await client.start({ media: random.some(['mic', 'speaker', 'screen']) })
  for (let step = random.between(1, 12); step > 0; step--) {
    const what = random.next()
    if (what < 0.6) await client.tag()
    else if (what < 0.75) await client.command('pause')
    else if (what < 0.9) await client.command('resume')
    else await new Promise((resolve) => setTimeout(resolve, random.between(0, 400)))
  }
  // Left unanswered when the power fails.
  void client.tag()
  if (random.next() < 0.3) void client.command('stop')
}

suite('a power cut', (test) => {
  test.unless(
    noDisk,
    `${CUTS} times: nothing acknowledged is missing`,
    async () => {
      const disk = createFaultDisk()
      const random = new Random(SEED)
      const played = new Set<string>()
      let daemon: ObservedDaemon = await startObserved({ home: disk.folder })
      let cut = 1
      try {
        for (; cut <= CUTS; cut++) {
          const client = new WitnessClient(daemon)
          await session(client, random)
          const killedAt = Date.now()
          disk.cutPower()
          const killed = daemon
          killed.kill()
          await killed.exited
          await eventually('nothing of it is alive', () => killed.children().length === 0, 5_000)
          await eventually('every request has ended', () => client.isQuiet)
          disk.powerOn()
          const restartedAt = new Date().toISOString()
          daemon = await startObserved({ home: disk.folder })
          const events = await wholeLog(
            daemon,
            ({ type, at }) => type === 'daemon.started' && at >= restartedAt,
          )
          assertLogIsWhole(events)
          await assertWrappedUp(daemon, events, { client, killedAt, disturbed: new Set() })
          await assertAcknowledgedIsThere(daemon, events, client)
          await assertFilesAreAsLogged(disk.folder, events, played)
        }
      } catch (error) {
        console.error(`seed F2F_POWER_SEED=${SEED}, cut ${cut}`)
        throw error
      } finally {
        disk.heal()
        await daemon.stop()
        await disk.remove()
      }
    },
    { limitMs: CUTS * CUT_LIMIT_MS },
  )
})
