import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { LEAST_MS, OtherPrograms } from './other-programs.ts'
import { eventually, suite } from './suite.ts'

const LOOP = 'for (;;);'
/** Starts the loop as a child of init, like a program that somebody else has started. */
const DETACHED = `
const { spawn } = require('node:child_process')
const loop = spawn(process.execPath, ['-e', ${JSON.stringify(LOOP)}], { detached: true, stdio: 'ignore' })
console.log(loop.pid)
process.exit()`

suite('programs that the tests have not started', (test) => {
  const reason = process.platform === 'linux' ? null : 'Linux only'

  test.unless(reason, 'are seen while they keep a core busy', async () => {
    const others = new OtherPrograms()
    await delay(LEAST_MS)
    const before = others.cores()
    const child = spawn(process.execPath, ['-e', DETACHED])
    const [pid] = await once(child.stdout, 'data')
    try {
      await once(child, 'close')
      const withLoop = await eventually(
        'the other loop',
        () => {
          const cores = others.cores()
          return cores > 0.2 && cores
        },
        30_000,
      )
      process.kill(Number(pid), 'SIGKILL')
      // Where others take all that there is, they take what this one leaves.
      if (before > availableParallelism() - 0.5) return
      await eventually('none', () => others.cores() < withLoop - 0.15, 30_000)
    } finally {
      try {
        process.kill(Number(pid), 'SIGKILL')
      } catch {}
    }
  })
})
