/**
 * Compiles every *.test.ts below the given folders, runs each file in a process of its own or,
 * where no devices are used, after others in one process, and ends with `N passed, N failed`.
 * Guards what uvu does not: a file that runs no test, that does not end, or that leaves processes
 * behind, has failed. Usage: runner.ts FOLDER… [--only SUBSTRING] [--quick]; `--quick` leaves out
 * the slow files. F2F_TEST_JOBS: processes at a time (default 4; one while the machine
 * is busy or other programs keep half a core busy). Most files wait for devices of real
 * time.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { compileTests } from './compile-tests.ts'
import { startSampling } from './machine-sampler.ts'
import { OtherPrograms } from './other-programs.ts'
import { processorSeconds } from './processor-seconds.ts'
import { isQuick } from './quick-tests.ts'
import { type FileResult, runInOneProcess, type TestProcessOptions } from './test-process.ts'

/** More failing files than this are no accident of timing. */
const MOST_REPEATED = 8
const HIGHEST_SHOWN = 10
/** Share of the last 10 s in which something waited for a core; above it, one file at a time. */
const BUSY_PERCENT = 70
/** Cores that other programs keep busy; above it, one file at a time, too. */
const BUSY_OTHERS = 0.5
const isLong = process.argv.includes('test-long')
const FILE_LIMIT_MS = Number(process.env.F2F_TEST_FILE_LIMIT_MS ?? (isLong ? 3_600_000 : 420_000))

/**
 * Folders whose files share processes, one file after another: they use no devices, and Node's
 * start and the loading of modules would be most of what they cost.
 */
const SHARED = [
  ...['access', 'age', 'audit', 'collections', 'custody', 'home', 'http', 'inspection', 'machines'],
  ...['recorder', 'replay', 'scripts', 'store', 'time', 'tlog', 'ui'],
]
/** Files that look at their whole process: its memory, its descriptors, its warnings. */
const ALONE = [
  'age/age.test.ts',
  'http/answers/segment-file.test.ts',
  'inspection/slow-readers.test.ts',
].map((name) => join('test', name))
const MOST_IN_TURN = 12

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort()
}

/** Puts files that may share a process together; each other one is alone. */
function inTurn(files: readonly string[]): string[][] {
  const isShared = (file: string) =>
    SHARED.some((folder) => file.startsWith(`test${sep}${folder}${sep}`)) && !ALONE.includes(file)
  const shared = files.filter(isShared)
  const turns = files.filter((file) => !isShared(file)).map((file) => [file])
  for (let i = 0; i < shared.length; i += MOST_IN_TURN)
    turns.push(shared.slice(i, i + MOST_IN_TURN))
  return turns
}

/**
 * Spreads the files of each kind over the whole run: those of `browser` need the processor, those
 * of `actors` and `e2e` wait for devices, and only both at the same time use the machine.
 */
function spread(turns: readonly string[][]): string[][] {
  const kinds = new Map<string, string[][]>()
  // The longest files stand late in the alphabet; begun last, they would run alone.
  for (const files of turns.toReversed()) {
    const kind = files.length > 1 ? '' : (files[0]?.split(sep).slice(0, 2).join(sep) ?? '')
    kinds.set(kind, [...(kinds.get(kind) ?? []), files])
  }
  const placed = [...kinds.values()].flatMap((own) =>
    own.map((files, i) => ({ files, place: (i + 0.5) / own.length })),
  )
  return placed.sort((a, b) => a.place - b.place).map(({ files }) => files)
}

const compiledTests = mkdtempSync(join(tmpdir(), 'f2f-tests-'))
const compiled = mkdtempSync(join(tmpdir(), 'f2f-compiled-'))

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const { only, quick } = values
const others = new OtherPrograms()
// Tests through the built program would otherwise test yesterday's.
const build = spawnSync(process.execPath, ['scripts/setup.mjs', '--build'], { stdio: 'inherit' })
if (build.status !== 0) process.exit(1)
const found = positionals.flatMap(testFiles).filter((file) => !only || file.includes(only))
const files = quick ? found.filter(isQuick) : found
const machine = join(compiledTests, 'machine')
const sampling = startSampling(machine)
const programs = await compileTests(files, compiledTests)
const options: TestProcessOptions = {
  program: (file) => programs.get(file) as string,
  runInTurn: [join(compiledTests, 'test', 'support', 'run-in-turn.mjs')],
  tsxFolder: compiled,
  env: {
    ...process.env,
    F2F_TEST_COMPILED: compiledTests,
    F2F_TEST_MACHINE: machine,
    ...(quick && { F2F_TEST_QUICK: '1' }),
    FORCE_COLOR: '0',
    NO_COLOR: '1',
  },
  fileLimitMs: FILE_LIMIT_MS,
  tries: 1,
}
const queue = spread(inTurn(files))
const results = new Map<string, FileResult>()
let running = 0

/** Whether a further file would starve those that run: devices of real time need their turn. */
function isBusy(): boolean {
  if (others.cores() > BUSY_OTHERS) return true
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
    const turns = queue.shift()
    if (turns === undefined) return
    running++
    const left = await runInOneProcess(turns, options, keep)
    if (left.length > 0) queue.unshift(left)
    running--
  }
}

function keep(file: string, result: FileResult, line: string): void {
  results.set(file, result)
  console.log(line)
}

// Slow files use several programs each.
const jobs = Number(process.env.F2F_TEST_JOBS ?? 4)
await Promise.all(Array.from({ length: jobs }, worker))

// A busy machine misses the deadlines of real devices. A file that failed beside others runs once
// more on its own, and that run counts. Its line names the try: look at the test or the machine.
const failed = [...results].filter(([, result]) => result.failed > 0).map(([file]) => file)
if (failed.length > 0 && failed.length <= MOST_REPEATED) {
  console.log(`Once more, alone: ${failed.map((file) => relative('.', file)).join(', ')}`)
  for (const file of failed) await runInOneProcess([file], { ...options, tries: 2 }, keep)
}

await sampling.stop()
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

if (quick)
  console.log(
    `Without ${found.length - files.length} slow files: \`npm run test:all\` runs them, too.`,
  )

const total = (key: 'passed' | 'failed' | 'skipped'): number =>
  [...results.values()].reduce((sum, result) => sum + result[key], 0)
const skipped = total('skipped')
console.log(
  `${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1
