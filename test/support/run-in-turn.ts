/**
 * Runs compiled test files one after another in this process: `run-in-turn TURNS`, a JSON text of
 * `Turn[]`. The next file begins when nothing of the last one keeps the process alive. After each
 * it prints a line `END MARK CODE SECONDS`: its exit code and the processor time that it took.
 */
import { pathToFileURL } from 'node:url'
import { processorSeconds } from './processor-seconds.ts'

/** A file that has its turn. */
export interface Turn {
  /** The compiled file. */
  program: string
  /** Its temporary folder. */
  folder: string
  /** Its processes carry this in their environment as `F2F_TEST_MARK`. */
  mark: string
}

const turns: Turn[] = JSON.parse(process.argv[2] ?? '[]')
// uvu would otherwise begin by itself, and only once.
Object.assign(globalThis, { UVU_DEFER: true })
const { exec } = await import('uvu')
// It sets what no test may do without, which belongs to the environment of every file.
await import('./suite.ts')
const env = { ...process.env }
const folder = process.cwd()
let current: Turn | undefined
/** The start of the process counts for the first file. */
let begun = 0

/** Gives the next file the process as a new one would be. */
function restore({ folder: scratch, mark }: Turn): void {
  process.exitCode = 0
  if (process.cwd() !== folder) process.chdir(folder)
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env, { TMPDIR: scratch, F2F_TEST_MARK: mark })
  Object.assign(globalThis, { UVU_QUEUE: [[null]] })
}

async function run({ program }: Turn): Promise<void> {
  try {
    await import(pathToFileURL(program).href)
    await exec()
  } catch (error) {
    // Not to stderr: it could be read after the line that ends the file.
    console.log(error)
    process.exitCode = 1
  }
}

function next(): void {
  if (current) {
    const now = processorSeconds()
    console.log(`\nEND ${current.mark} ${process.exitCode ?? 0} ${now - begun}`)
    begun = now
  }
  current = turns.shift()
  if (!current) return
  restore(current)
  // A newer Node runs a short file before it returns from here, and would not call back after it.
  setImmediate(run, current)
}

process.on('beforeExit', next)
next()
