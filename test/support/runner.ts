/**
 * Compiles every *.test.ts below the given folders, runs each file in a process of its own, and
 * ends with `N passed, N failed`. Guards what uvu does not: a file that runs no test, that does not
 * end, or that leaves processes behind, has failed. Usage: runner.ts FOLDER… [--only SUBSTRING].
 * F2F_TEST_JOBS: files at a time (default 3, and one while the machine is busy). Most files wait
 * for devices of real time.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir, userInfo } from 'node:os'
import { join, relative, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { compileTests } from './compile-tests.ts'
import { processorSeconds } from './processor-seconds.ts'

/** More failing files than this are no accident of timing. */
const MOST_REPEATED = 8
const HIGHEST_SHOWN = 10
/** Share of the last 10 s in which something waited for a core; above it, one file at a time. */
const BUSY_PERCENT = 70
const isLong = process.argv.includes('test-long')
const FILE_LIMIT_MS = Number(process.env.F2F_TEST_FILE_LIMIT_MS ?? (isLong ? 3_600_000 : 420_000))

interface FileResult {
  passed: number
  failed: number
  skipped: number
  seconds: number
  /** Processor time of the file and of what it started. */
  processor: number
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort()
}

/**
 * Spreads the files of each kind over the whole run: those of `browser` need the processor, those
 * of `actors` and `e2e` wait for devices, and only both at the same time use the machine.
 */
function spread(files: readonly string[]): string[] {
  const kinds = new Map<string, string[]>()
  // The longest files stand late in the alphabet; begun last, they would run alone.
  for (const file of files.toReversed()) {
    const kind = file.split(sep).slice(0, 2).join(sep)
    kinds.set(kind, [...(kinds.get(kind) ?? []), file])
  }
  const placed = [...kinds.values()].flatMap((own) =>
    own.map((file, i) => ({ file, place: (i + 0.5) / own.length })),
  )
  return placed.sort((a, b) => a.place - b.place).map(({ file }) => file)
}

/** Time for processes that end with their parent; a busy machine needs some. */
const LEFTOVER_GRACE_MS = 3_000

/**
 * Ends processes that carry this run's mark in their environment and names them. Linux only;
 * elsewhere there is no cheap way to know.
 */
async function endLeftovers(mark: string): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const end = performance.now() + LEFTOVER_GRACE_MS
  while (marked(mark).length > 0 && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50))
  return marked(mark).map(({ pid, command }) => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // The process ended meanwhile.
    }
    return `${pid} ${command}`
  })
}

function marked(mark: string): { pid: number; command: string }[] {
  const left: { pid: number; command: string }[] = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) continue
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()
      if (command === '') continue
      left.push({ pid: Number(pid), command: command.slice(0, 120) })
    } catch {
      // The process ended meanwhile.
    }
  }
  return left
}

/** uvu counts each suite of a file on its own. */
function count(output: string, word: string): number {
  const counts = output.matchAll(new RegExp(`^\\s+${word}:\\s+(\\d+)\\s*$`, 'gm'))
  return [...counts].reduce((sum, [, number]) => sum + Number(number), 0)
}

const compiledTests = mkdtempSync(join(tmpdir(), 'f2f-tests-'))
const compiled = mkdtempSync(join(tmpdir(), 'f2f-compiled-'))

async function runFile(file: string, tries = 1): Promise<FileResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'f2f-test-'))
  // Helpers that a test starts are compiled by tsx, which keeps them in the temporary folder.
  symlinkSync(
    compiled,
    join(scratch, `tsx-${process.geteuid?.() ?? userInfo().username}`),
    'junction',
  )
  const mark = `F2F_TEST_MARK=${randomUUID()}`
  const started = performance.now()
  const child: ChildProcess = spawn(
    process.execPath,
    ['--enable-source-maps', programs.get(file) as string],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: scratch,
        F2F_TEST_COMPILED: compiledTests,
        FORCE_COLOR: '0',
        NO_COLOR: '1',
        F2F_TEST_MARK: mark.slice('F2F_TEST_MARK='.length),
      },
    },
  )
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, FILE_LIMIT_MS)
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('exit', (exitCode) => resolve(exitCode))
  })
  clearTimeout(timer)
  const leftovers = await endLeftovers(mark)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })

  const total = count(output, 'Total')
  const passed = count(output, 'Passed')
  const skipped = count(output, 'Skipped')
  const problems: string[] = []
  if (timedOut) problems.push(`not done after ${FILE_LIMIT_MS} ms`)
  if (total === 0) problems.push('ran no test')
  if (leftovers.length > 0) problems.push(`left running: ${leftovers.join('; ')}`)
  if (code !== 0 && total - passed - skipped === 0) problems.push(`ended with code ${code}`)
  const failed = Math.max(0, total - passed - skipped) + problems.length
  const seconds = (performance.now() - started) / 1000
  const processor = Number(/^PROCESSOR ([\d.]+)$/m.exec(output)?.[1] ?? 0)
  const load = `load ${loadavg()[0]?.toFixed(1)}`
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${relative('.', file)}  ${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ''}  ${seconds.toFixed(1)} s  ${processor.toFixed(1)} s of processor  ${load}${tries > 1 ? `  try ${tries}` : ''}`,
  )
  for (const line of output.split('\n').filter((text) => text.startsWith('SKIPPED ')))
    console.log(`     ${line}`)
  if (failed > 0) console.log([...problems, output.trim()].join('\n').replace(/^/gm, '     '))
  return { passed, failed, skipped, seconds, processor }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
})
const only = values.only
// Tests through the built program would otherwise test yesterday's.
const build = spawnSync(process.execPath, ['scripts/setup.mjs', '--build'], { stdio: 'inherit' })
if (build.status !== 0) process.exit(1)
const files = positionals.flatMap(testFiles).filter((file) => !only || file.includes(only))
const programs = await compileTests(files, compiledTests)
const queue = spread(files)
const results = new Map<string, FileResult>()
let running = 0

/** Whether a further file would starve those that run: devices of real time need their turn. */
function isBusy(): boolean {
  try {
    const avg10 = /^some avg10=([\d.]+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]
    if (avg10 !== undefined) return Number(avg10) > BUSY_PERCENT
  } catch {
    // No pressure information: Linux before 4.20, or another system.
  }
  return (loadavg()[0] ?? 0) > 1.5 * availableParallelism()
}

async function worker(): Promise<void> {
  while (queue.length > 0) {
    if (running > 0 && isBusy()) {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      continue
    }
    const file = queue.shift()
    if (file === undefined) return
    running++
    results.set(file, await runFile(file))
    running--
  }
}
await Promise.all(Array.from({ length: Number(process.env.F2F_TEST_JOBS ?? 3) }, worker))

// A busy machine misses the deadlines of real devices. A file that failed beside others runs once
// more on its own, and that run counts. Its line names the try: look at the test or the machine.
const failed = [...results].filter(([, result]) => result.failed > 0).map(([file]) => file)
if (failed.length > 0 && failed.length <= MOST_REPEATED) {
  console.log(`Once more, alone: ${failed.map((file) => relative('.', file)).join(', ')}`)
  for (const file of failed) results.set(file, await runFile(file, 2))
}

for (const folder of [compiled, compiledTests]) rmSync(folder, { recursive: true, force: true })

/** Lists the files with the highest figures. */
function showHighest(key: 'seconds' | 'processor', title: string): void {
  console.log(title)
  const sorted = [...results].sort(([, a], [, b]) => b[key] - a[key])
  for (const [file, result] of sorted.slice(0, HIGHEST_SHOWN))
    console.log(`     ${result[key].toFixed(1)} s  ${relative('.', file)}`)
}
showHighest('seconds', 'The slowest files:')
showHighest('processor', `Processor time, ${processorSeconds().toFixed(0)} s in all:`)

const total = (key: 'passed' | 'failed' | 'skipped'): number =>
  [...results.values()].reduce((sum, result) => sum + result[key], 0)
const skipped = total('skipped')
console.log(
  `${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1
