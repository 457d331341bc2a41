/**
 * Loaded before a daemon of the bench (`node --import`): SIGUSR2 begins to measure the turns of its
 * event loop and says so in a file `….began`; the next one ends that and writes the longest into
 * the file that `F2F_BENCH_TURNS` names. The CPU time of a turn does not grow while other programs
 * run.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const { F2F_BENCH_TURNS: path } = process.env
let longest

/** CPU time of this thread so far, in ms. */
const cpuMs = () =>
  Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6

/** Complete at once for whoever waits for it. */
function put(file, text) {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

function measure(cpu, wall) {
  if (longest === undefined) return
  const now = { cpu: cpuMs(), wall: performance.now() }
  longest.cpuMs = Math.max(longest.cpuMs, now.cpu - cpu)
  longest.wallMs = Math.max(longest.wallMs, now.wall - wall)
  // From its end, so that the probe is not in the turn.
  setImmediate(measure, cpuMs(), performance.now())
}

process.on('SIGUSR2', () => {
  if (longest === undefined) {
    longest = { cpuMs: 0, wallMs: 0 }
    setImmediate(measure, cpuMs(), performance.now())
    put(`${path}.began`, 'began')
    return
  }
  put(path, JSON.stringify(longest))
  longest = undefined
})
