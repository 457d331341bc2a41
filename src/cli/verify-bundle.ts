import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CommandResult } from './command.ts'
import { findOnPath } from './find-on-path.ts'
import { localProblem } from './problem.ts'

/** The verifier that lies in every bundle, too. It was written from docs/log-format.md. */
const PROGRAM = fileURLToPath(new URL('../../tools/verify.py', import.meta.url))
const MOST_OUTPUT = 16 * 1024 * 1024

/** How to verify a bundle. */
export interface BundleChecks {
  /** The key that must have signed (C2SP vkey). */
  key: string | undefined
  /** The keys of witnesses that must have cosigned (C2SP vkeys). */
  witnesses: readonly string[]
  json: boolean
  env: NodeJS.ProcessEnv
}

/**
 * Verifies a bundle with tools/verify.py, which shares no code with the recorder that has made it.
 * Throws ProblemError when there is no Python, or the file is no bundle.
 */
export async function verifyBundle(
  file: string,
  { key, witnesses, json, env }: BundleChecks,
): Promise<CommandResult> {
  const python = (await findOnPath('python3', env)) ?? (await findOnPath('python', env))
  if (python === null)
    throw localProblem('FAILED', 'A bundle is verified with Python, which was not found.', {
      detail: 'The program `python3` is not on PATH.',
      remedy:
        'Install Python 3.9 or later, or verify the bundle on another computer: verify.py is in it.',
    })
  const more = [
    ...(key === undefined ? [] : ['--key', key]),
    ...witnesses.flatMap((witness) => ['--witness', witness]),
    ...(json ? ['--json'] : []),
  ]
  const { output, exitCode } = await run(python, [PROGRAM, file, ...more], env)
  return { json: json ? JSON.parse(output) : null, text: output.trimEnd(), exitCode }
}

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ output: string; exitCode: 0 | 1 }> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, maxBuffer: MOST_OUTPUT }, (error, output, problems) => {
      const exitCode = error === null ? 0 : error.code
      // A Python that fails itself, such as one that is too old, also ends with 1, without a word.
      if (output !== '' && (exitCode === 0 || exitCode === 1)) return resolve({ output, exitCode })
      const detail = problems.trim().split('\n').at(-1) || String(error?.message)
      reject(localProblem('FAILED', 'The bundle cannot be verified.', { detail, cause: error }))
    })
  })
}
