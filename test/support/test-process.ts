import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { loadavg, tmpdir, userInfo } from 'node:os'
import { join, relative } from 'node:path'
import { endLeftovers } from './leftovers.ts'
import type { Turn } from './run-in-turn.ts'

/** How a test file ended. */
export interface FileResult {
  passed: number
  failed: number
  skipped: number
  seconds: number
  /** Processor time of the file and of what it started, in seconds. */
  processor: number
}

/** Settings that the processes of all files share. */
export interface TestProcessOptions {
  /** Returns the compiled file of a test file. */
  program(file: string): string
  /** The arguments with which Node runs `run-in-turn.ts`. */
  runInTurn: readonly string[]
  /** The folder in which tsx keeps what it has compiled. */
  tsxFolder: string
  env: NodeJS.ProcessEnv
  /** A file that has not ended after this time has failed, and its process is killed. */
  fileLimitMs: number
  /** Which try this is; later ones are named in the line. */
  tries: number
}

/** Time to read what an ended process has written. */
const PIPES_LIMIT_MS = 1_000

interface Running extends Turn {
  file: string
}

/** How the process came to the end of a file: by itself, or because the process ended. */
interface Ending {
  output: string
  code: number | null
  timedOut: boolean
  processor: number
  seconds: number
}

/**
 * Runs test files one after another in one process, and calls `done` after each. Returns the files
 * that had no turn, because the process ended before.
 */
export async function runInOneProcess(
  files: readonly string[],
  options: TestProcessOptions,
  done: (file: string, result: FileResult, line: string) => void,
): Promise<string[]> {
  const turns = files.map((file) => turnOf(file, options))
  const checks: Promise<void>[] = []
  await runTurns(turns, options, (turn, ending) => {
    checks.push(
      judge(turn, ending, options).then(({ result, line }) => done(turn.file, result, line)),
    )
  })
  await Promise.all(checks)
  for (const { folder } of turns.slice(checks.length))
    rmSync(folder, { recursive: true, force: true })
  return files.slice(checks.length)
}

function turnOf(file: string, { program, tsxFolder }: TestProcessOptions): Running {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-test-'))
  // Helpers that a test starts are compiled by tsx, which keeps them in the temporary folder.
  const tsx = join(folder, `tsx-${process.geteuid?.() ?? userInfo().username}`)
  symlinkSync(tsxFolder, tsx, 'junction')
  return { file, program: program(file), folder, mark: randomUUID() }
}

/** Calls `ended` with each file that had its turn, in order. */
async function runTurns(
  turns: readonly Running[],
  { runInTurn, env, fileLimitMs }: TestProcessOptions,
  ended: (turn: Running, ending: Ending) => void,
): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', ...runInTurn, JSON.stringify(turns)],
    { stdio: ['ignore', 'pipe', 'pipe'], env },
  )
  let output = ''
  let count = 0
  let begun = performance.now()
  let timedOut = false
  const giveUp = () => {
    timedOut = true
    child.kill('SIGKILL')
  }
  let timer = setTimeout(giveUp, fileLimitMs)

  function end(code: number | null, processor: number): void {
    const seconds = (performance.now() - begun) / 1000
    ended(turns[count++]!, { output, code, timedOut, processor, seconds })
    output = ''
    begun = performance.now()
    clearTimeout(timer)
    timer = setTimeout(giveUp, fileLimitMs)
  }

  function read(text: string): void {
    output += text
    for (;;) {
      const found = new RegExp(`^END ${turns[count]?.mark} (\\d+) ([\\d.]+)\n`, 'm').exec(output)
      if (!found) return
      const rest = output.slice(found.index + found[0].length)
      output = output.slice(0, found.index)
      end(Number(found[1]), Number(found[2]))
      output = rest
    }
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('close', (exitCode) => resolve(exitCode))
    // Processes that a test left running hold the pipes open.
    child.on('exit', (exitCode) => setTimeout(() => resolve(exitCode), PIPES_LIMIT_MS))
  })
  if (count < turns.length) end(code, 0)
  clearTimeout(timer)
}

/** uvu may count more than once in a file. What is skipped is no part of its total. */
function count(output: string, word: string): number {
  const counts = output.matchAll(new RegExp(`^\\s+${word}:\\s+(\\d+)\\s*$`, 'gm'))
  return [...counts].reduce((sum, [, number]) => sum + Number(number), 0)
}

/** Guards what uvu does not. Returns the result of a file and what is printed of it. */
async function judge(
  { file, folder, mark }: Running,
  { output, code, timedOut, processor, seconds }: Ending,
  { fileLimitMs, tries }: TestProcessOptions,
): Promise<{ result: FileResult; line: string }> {
  const leftovers = await endLeftovers(`F2F_TEST_MARK=${mark}`)
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  const total = count(output, 'Total')
  const passed = count(output, 'Passed')
  const skipped = count(output, 'Skipped')
  const problems: string[] = []
  if (timedOut) problems.push(`not done after ${fileLimitMs} ms`)
  if (total === 0) problems.push('ran no test')
  if (leftovers.length > 0) problems.push(`left running: ${leftovers.join('; ')}`)
  if (code !== 0 && total === passed) problems.push(`ended with code ${code}`)
  const failed = Math.max(0, total - passed) + problems.length
  const figures = `${seconds.toFixed(1)} s  ${processor.toFixed(1)} s of processor`
  const lines = [
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${relative('.', file)}  ${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ''}  ${figures}  load ${loadavg()[0]?.toFixed(1)}${tries > 1 ? `  try ${tries}` : ''}`,
    ...output.split('\n').flatMap((text) => (text.startsWith('SKIPPED ') ? [`     ${text}`] : [])),
    ...(failed > 0 ? [[...problems, output.trim()].join('\n').replace(/^/gm, '     ')] : []),
  ]
  return { result: { passed, failed, skipped, seconds, processor }, line: lines.join('\n') }
}
