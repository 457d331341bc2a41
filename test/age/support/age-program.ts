import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeIdentity, encodeRecipient, type Identity } from '../../../src/age/identity.ts'

/** Why Debian's `age` cannot be used; null when it can. */
export function ageProblem(): string | null {
  return spawnSync('age', ['--version']).error === undefined ? null : 'age is not installed'
}

/** Opens an age file with Debian's `age`. Throws with its message when it refuses. */
export function openWithAge(path: string, identity: Identity): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-age-'))
  try {
    const keyFile = join(folder, 'key.txt')
    writeFileSync(keyFile, `${encodeIdentity(identity)}\n`, { mode: 0o600 })
    const maxBuffer = 64 * 1_048_576
    return execFileSync('age', ['-d', '-i', keyFile, path], { maxBuffer, stdio: 'pipe' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Opens a file for a passphrase with Debian's `age`, which asks for it on a terminal. */
export async function openWithPassphrase(file: Buffer, passphrase: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-age-'))
  try {
    writeFileSync(join(folder, 'sealed.age'), file)
    const options = { cwd: folder, env: { ...process.env, SHELL: '/bin/sh' } }
    const child = spawn('script', ['-qec', 'age -d -o opened sealed.age', '/dev/null'], options)
    child.stdout.on('data', (text) => {
      if (/passphrase/i.test(String(text))) child.stdin.write(`${passphrase}\n`)
    })
    await once(child, 'close')
    return readFileSync(join(folder, 'opened'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Seals bytes with Debian's `age`. */
export function sealWithAge(bytes: Buffer, identities: readonly Identity[]): Buffer {
  const recipients = identities.flatMap(({ recipient }) => ['-r', encodeRecipient(recipient)])
  return execFileSync('age', recipients, { input: bytes, maxBuffer: 64 * 1_048_576 })
}
