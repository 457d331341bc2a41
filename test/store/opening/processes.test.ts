import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { programArgs } from '../../support/program-args.ts'
import { suite } from '../../support/suite.ts'
import { daemonStarted } from '../support/history.ts'
import { refusal, withFolder, withLog } from '../support/scratch.ts'

const CHILD = programArgs(new URL('../support/child.ts', import.meta.url))

/** Starts the child, reads its lines until `enough`, and kills it with SIGKILL. */
async function killedWhen(
  args: string[],
  enough: (line: string) => boolean | Promise<boolean>,
): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [...CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines: string[] = []
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      lines.push(line)
      if (child.exitCode === null && !child.killed && (await enough(line))) child.kill('SIGKILL')
    }
  } finally {
    child.kill('SIGKILL')
    await exited
  }
  return lines
}

suite('two processes', (test) => {
  test('cannot open the same log', () =>
    withFolder(async (folder) => {
      await killedWhen(['hold', folder], async () => {
        const error = await refusal('STORAGE_UNAVAILABLE', () =>
          openEventLog({ keys: TEST_KEYS, folder }),
        )
        const codes: unknown[] = []
        for (let at: unknown = error; at instanceof Error; at = at.cause)
          codes.push((at as { code?: unknown }).code)
        assert.ok(codes.includes('LEVEL_LOCKED'), codes.join())
        assert.match(error.message, /another process/)
        return true
      })
      await withLog(folder, (log) => log.append({ events: [daemonStarted()] }).committed)
    }))
})

suite('a process that is killed', (test) => {
  test(
    'loses nothing that it has acknowledged, ten times in a row',
    () =>
      withFolder(async (folder) => {
        for (let round = 1; round <= 10; round++) {
          const wanted = 20 + Math.floor(Math.random() * 400)
          let count = 0
          const lines = await killedWhen(
            ['append', folder, `recording-${round}`],
            () => ++count >= wanted,
          )
          assert.ok(lines.length >= wanted, `round ${round}: ${lines.length} of ${wanted}`)
          // The last line may have been cut by the kill.
          const acknowledged = lines.slice(0, -1).map(Number)
          await withLog(folder, async (log) => {
            assert.ok(log.position >= Math.max(...acknowledged), `round ${round}`)
            const there = await log.events({
              after: 0,
              limit: 100_000,
              recordingId: `recording-${round}`,
            })
            const positions = new Set(there.map(({ position }) => position))
            for (const position of acknowledged)
              assert.ok(positions.has(position), `round ${round}: ${position}`)
            const view = await log.recording(`recording-${round}`)
            assert.equal(view?.version, there.at(-1)?.version, 'events and projections agree')
          })
        }
      }),
    { limitMs: 120_000 },
  )
})
