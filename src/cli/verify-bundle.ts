import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CommandResult } from './command.ts'
import { findOnPath } from './find-on-path.ts'
import { localProblem } from './problem.ts'

/** The verifier that lies in every bundle, too. It was written from docs/log-format.md. */
const PROGRAM = fileURLToPath(new URL('../../tools/verify.py', import.meta.url))
const MOST_OUTPUT = 16 * 1024 * 1024

/**
 * Verifies a bundle with tools/verify.py, which shares no code with the recorder that has made it.
 * Throws ProblemError when there is no Python, or the file is no bundle.
 */
export async function verifyBundle(
  file: string,
  key: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<CommandResult> {
  const python = (await findOnPath('python3', env)) ?? (await findOnPath('python', env))
  if (python === null)
    throw localProblem('FAILED', 'A bundle is verified with Python, which was not found.', {
      detail: 'The program `python3` is not on PATH.',
      remedy:
        'Install Python 3.9 or later, or verify the bundle on another computer: verify.py is in it.',
    })
  const withKey = key === undefined ? [] : ['--key', key]
  const [text, json] = await Promise.all([
    run(python, [PROGRAM, file, ...withKey], env),
    run(python, [PROGRAM, file, ...withKey, '--json'], env),
  ])
  return {
    json: JSON.parse(json.output),
    text: text.output.trimEnd(),
    exitCode: text.exitCode === 0 ? 0 : 1,
  }
}

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ output: string; exitCode: number }> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, maxBuffer: MOST_OUTPUT }, (error, output, problems) => {
      const exitCode = error === null ? 0 : error.code
      if (exitCode === 0 || exitCode === 1) return resolve({ output, exitCode })
      const detail = problems.trim().split('\n').at(-1) || String(error?.message)
      reject(localProblem('FAILED', 'The bundle cannot be verified.', { detail, cause: error }))
    })
  })
}
