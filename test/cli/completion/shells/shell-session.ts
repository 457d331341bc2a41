/** Completes command lines in a real shell, with a stub in place of `f2f`. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { f2f } from '../../support/stub.ts'

/** A shell, and how it runs a script without the settings of its user. */
const SHELLS = {
  bash: ['bash', '--norc', '--noprofile'],
  zsh: ['zsh', '-f'],
  fish: ['fish', '--no-config'],
} as const

export type Shell = keyof typeof SHELLS
export const SHELL_NAMES = Object.keys(SHELLS) as Shell[]

/** The offers of a shell for each line, the command lines of its calls to `f2f`, and its stderr. */
export interface Completed {
  offers: Record<string, string[]>
  calls: string[]
  stderr: string
}

/** Completes each line at its end. `stub` is the body of the shell script that stands for `f2f`. */
export async function complete(
  shell: Shell,
  lines: readonly string[],
  stub: string,
): Promise<Completed> {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-completion-'))
  try {
    const [script, calls] = [join(folder, 'script'), join(folder, 'calls')]
    writeFileSync(script, (await f2f(['completion', shell])).stdout)
    writeFileSync(calls, '')
    writeFileSync(join(folder, 'f2f'), `#!/bin/sh\necho "$*" >> '${calls}'\n${stub}\n`, {
      mode: 0o755,
    })
    const [program, ...options] = SHELLS[shell]
    const harness = fileURLToPath(new URL(`complete.${shell}`, import.meta.url))
    const ran = spawnSync(program, [...options, harness, script, ...lines], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, PATH: `${folder}${delimiter}${process.env.PATH}` },
      timeout: 20_000,
    })
    assert.equal(ran.error, undefined)
    return {
      offers: offersIn(ran.stdout),
      calls: readFileSync(calls, 'utf8').split('\n').filter(Boolean),
      stderr: ran.stderr,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Reads the output of a harness. The shells differ in how much of a word they print: fish adds a
 * description, bash and fish repeat what stands before the last comma, equals sign or slash.
 */
function offersIn(output: string): Record<string, string[]> {
  const [, ...blocks] = output.split(/^== /m)
  return Object.fromEntries(
    blocks.map((block) => {
      const [line = '', ...words] = block.split('\n')
      const bare = words.map((word) =>
        word
          .replace(/[\t\r].*$/, '')
          .replace(/^(?:--.*=)?(?:.*,)?/, '')
          .replace(/\/$/, '')
          .replace(/^.*\//, ''),
      )
      return [line, [...new Set(bare)].filter((word) => word !== '').sort()]
    }),
  )
}
