import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const VERIFY = fileURLToPath(new URL('../../../tools/verify.py', import.meta.url))
const PYTHON = 'python3'
const OLDEST = '3.9'

/** A finding of verify.py. */
export interface Finding {
  code: string
  message: string
  position: number | null
  file: string | null
  expected: unknown
  found: unknown
}

/** The report of verify.py with `--json`, and its exit code. */
export interface Verdict {
  exit: number
  verdict: 'verified' | 'notVerified'
  findings: Finding[]
  notes: string[]
  good: string[]
}

/** Why verify.py cannot run here; null when it can. */
export function pythonMissing(): string | null {
  const check = `import sys; sys.exit(sys.version_info < (${OLDEST.replace('.', ', ')}))`
  const { status, error } = spawnSync(PYTHON, ['-c', check])
  if (error) return `${PYTHON} is missing: ${error.message}`
  return status === 0 ? null : `${PYTHON} is older than ${OLDEST}`
}

/** Runs verify.py, alone: no packages, nothing of the environment. */
export async function runVerifyPy(
  args: readonly string[],
): Promise<{ exit: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(PYTHON, ['-I', VERIFY, ...args])
    return { exit: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { exit: code, stdout, stderr }
  }
}

/** Runs verify.py for its findings. Throws when it broke down. */
export async function verifyPy(...args: string[]): Promise<Verdict> {
  const { exit, stdout, stderr } = await runVerifyPy(['--json', ...args])
  if (stderr !== '' || exit > 1) throw new Error(`verify.py ended with ${exit}: ${stderr}`)
  return { exit, ...JSON.parse(stdout) }
}

/** The codes of the findings, each once, in their order. */
export const codesOf = ({ findings }: Verdict): string[] => [
  ...new Set(findings.map(({ code }) => code)),
]
