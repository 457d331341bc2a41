/**
 * Runs the commands of a page with bash, as a reader would type them, and compares the results with
 * the page.
 *
 * A comment `# → …` in the page is about the last `curl` or `f2f` before it:
 *   # → 409 {"code":"INVALID_STATE"}    the answer's status, and some of its members; "…" stands
 *                                       for any text, and a list may leave out members
 *   # → exit 1 INVALID_STATE            f2f's exit code, and a text that it prints
 * A call without a comment must succeed, and so must every other command.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../../src/processes/find-program.ts'
import { ROOT, readPage } from './markdown.ts'

/** Why the commands of a page cannot run here; null where they can. */
export function walkthroughProblem(): string | null {
  const missing = ['bash', 'curl'].filter((program) => findProgram(program, process.env) === null)
  return missing.length === 0 ? null : `there is no ${missing.join(' and no ')}`
}

/** The result of a command of the page. */
interface Call {
  /** `201`, or `exit 0`. */
  outcome: string
  printed: string
}

const PROMISE = /^\s*# → (.*)$/

const CURL = `#!/usr/bin/env bash
call="$WALK/call-$(ls "$WALK" | grep -c '\\.outcome$')"
"$WALK_CURL" --dump-header "$call.head" "$@" | tee "$call.printed"
code=\${PIPESTATUS[0]}
sed -n 's/^HTTP\\/1.1 \\([0-9]*\\).*/\\1/p' "$call.head" | tail -n 1 > "$call.outcome"
exit "$code"
`
const F2F = `#!/usr/bin/env bash
call="$WALK/call-$(ls "$WALK" | grep -c '\\.outcome$')"
"$WALK_NODE" "$WALK_F2F" "$@" 2> "$call.errors" | tee "$call.printed"
code=\${PIPESTATUS[0]}
cat "$call.errors" >> "$call.printed"
cat "$call.errors" >&2
echo "exit $code" > "$call.outcome"
exit "$code"
`

/** Runs a page's commands on a home folder. Rejects with all differences from the page. */
export async function runWalkthrough(script: string, home: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-walk-'))
  await writeFile(join(folder, 'curl'), CURL, { mode: 0o700 })
  await writeFile(join(folder, 'f2f'), F2F, { mode: 0o700 })
  const promises: string[] = []
  const lines = script.split('\n').map((line) => {
    const promise = PROMISE.exec(line)?.[1]
    if (promise === undefined) return line
    promises.push(promise)
    return `ls "$WALK" | grep -c '\\.outcome$' > "$WALK/promise-${promises.length - 1}"`
  })
  if (promises.length === 0) throw new Error('the page has no comment “# → …”')
  const printed = await bash([...PROLOGUE, ...lines].join('\n'), folder, home)
  const problems = await compare(folder, promises)
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${printed}`)
}

// The wrappers record the results of curl and f2f. The trap records any other failed command.
const PROLOGUE = [
  'set -u -E',
  `trap 'case "$BASH_COMMAND" in f2f*|*curl*) ;; *) echo "$BASH_COMMAND" >> "$WALK/failed" ;; esac' ERR`,
]

async function bash(script: string, folder: string, home: string): Promise<string> {
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      F2F_HOME: home,
      NO_COLOR: '1',
      WALK: folder,
      WALK_CURL: findProgram('curl', process.env) ?? '',
      WALK_NODE: process.execPath,
      WALK_F2F: fileURLToPath(new URL(JSON.parse(readPage('package.json')).bin.f2f, ROOT)),
    },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const code = await new Promise((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  // The wrappers know the result of the last command. Only these codes mean that bash gave up.
  if (code === 2 || code === 127) throw new Error(`bash ended with ${code}\n${printed}`)
  return printed
}

async function compare(folder: string, promises: readonly string[]): Promise<string[]> {
  const text = (name: string) => readFile(join(folder, name), 'utf8')
  const names = await readdir(folder)
  const problems = names.includes('failed') ? [`failed: ${await text('failed')}`] : []
  const promised = new Map<number, string>()
  for (const [i, promise] of promises.entries()) {
    const name = `promise-${i}`
    if (!names.includes(name)) problems.push(`never reached: # → ${promise}`)
    else promised.set(Number(await text(name)) - 1, promise)
  }
  const count = names.filter((name) => name.endsWith('.outcome')).length
  for (let i = 0; i < count; i++) {
    const call = {
      outcome: (await text(`call-${i}.outcome`)).trim(),
      printed: await text(`call-${i}.printed`),
    }
    const problem = problemOf(call, promised.get(i))
    if (problem !== null)
      problems.push(`${problem}, but the result was ${call.outcome} ${call.printed.slice(0, 600)}`)
  }
  return problems
}

function problemOf({ outcome, printed }: Call, promise: string | undefined): string | null {
  if (promise === undefined)
    return /^([23]\d\d|exit 0)$/.test(outcome) ? null : 'a call without a comment must succeed'
  const [, expected, rest = ''] = /^(exit \d|\d{3})\s*(.*)$/.exec(promise) ?? []
  if (expected === undefined) throw new Error(`this promise has an unknown form: ${promise}`)
  const kept =
    outcome === expected &&
    (outcome.startsWith('exit') ? printed.includes(rest) : matches(printed, rest))
  return kept ? null : `promised: ${promise}`
}

function matches(printed: string, promised: string): boolean {
  if (promised === '') return true
  const expected: unknown = JSON.parse(promised)
  try {
    return includes(JSON.parse(printed), expected)
  } catch {
    return false
  }
}

function includes(actual: unknown, expected: unknown): boolean {
  if (expected === '…') return typeof actual === 'string'
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || (expected.length === 0 && actual.length > 0)) return false
    return expected.every((item) => actual.some((candidate) => includes(candidate, item)))
  }
  if (typeof expected !== 'object' || expected === null) return actual === expected
  if (typeof actual !== 'object' || actual === null) return false
  return Object.entries(expected).every(([key, value]) =>
    includes((actual as Record<string, unknown>)[key], value),
  )
}
