/** F2F_CORRUPTIONS: how many bits are flipped, one at a time. F2F_SEED repeats a run. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { programArgs } from '../../support/program-args.ts'
import { suite } from '../../support/suite.ts'
import { type Outcome, writeLog } from '../support/corruption.ts'
import { withFolder } from '../support/scratch.ts'

const FLIPS = Number(process.env.F2F_CORRUPTIONS ?? 25)
const SEED = Number(process.env.F2F_SEED ?? Math.floor(Math.random() * 1e9))
const PROGRAM = programArgs(new URL('../support/flip-bits.ts', import.meta.url))

/** Flips bits until all are done or the process ends. */
async function flip(folder: string, from: number) {
  const args = ['--no-warnings', ...PROGRAM, folder]
  const child = spawn(process.execPath, [...args, `${SEED}`, `${from}`, `${FLIPS}`])
  const [output, problems, [, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  const outcomes = output.split('\n').slice(0, -1) as Outcome[]
  // LevelDB may end a process, but only the first that opens such a log.
  if (outcomes.length < FLIPS - from && (signal !== 'SIGABRT' || outcomes.length === 0))
    throw new Error(`Flip ${from + outcomes.length} with F2F_SEED=${SEED}: ${signal} ${problems}`)
  return outcomes
}

suite('a log with a flipped bit', (test) => {
  test(
    `tells the truth or refuses, ${FLIPS} times`,
    () =>
      withFolder(async (folder) => {
        await writeLog(folder)
        const outcomes: Outcome[] = []
        let aborted = 0
        while (outcomes.length < FLIPS) {
          if (outcomes.length > 0) aborted++
          outcomes.push(...(await flip(folder, outcomes.length)))
        }
        const count = (which: Outcome) => outcomes.filter((one) => one === which).length
        const [rebuilt, refused] = [count('rebuilt'), count('refused')]
        console.log(
          `seed ${SEED}: ${count('unchanged')} without effect, ${rebuilt} rebuilt, ${refused} refused; LevelDB ended ${aborted} openings`,
        )
        assert.equal(outcomes.length, FLIPS)
      }),
    { limitMs: 60_000 + FLIPS * 1_000 },
  )
})
