import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createRequire } from 'node:module'

/** One act in the key store of the system, on the entry of one account. */
export type KeyStoreAct =
  | { act: 'get' | 'delete'; account: string }
  | { act: 'set'; account: string; secret: string }

/** The service under which the entries stand. Never changes: entries would not be found again. */
const SERVICE = 'f2f-recorder'
/** A person may have to type the password of the store first. */
const LIMIT_MS = 120_000

/**
 * Carries out one act. The secret arrives and leaves by pipes, never by arguments. On Linux it is
 * pinned to the Secret Service: by default the library falls back to the keyutils of the kernel,
 * which forget everything at a restart. The end of stdin, when the parent dies, ends it.
 */
const PROGRAM = `
const { AsyncEntry } = require(process.argv[1])
let input = ''
// Not exit(): it would wait for the store.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'))
process.stdin.on('data', async (chunk) => {
  input += chunk
  if (!input.endsWith('\\n')) return
  try {
    const { service, account, act, secret } = JSON.parse(input)
    const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } })
    const value =
      act === 'get' ? await entry.getPassword()
      : act === 'set' ? await entry.setPassword(secret)
      : await entry.deleteCredential()
    answer({ value: typeof value === 'string' ? value : null })
  } catch (error) {
    answer({ error: error.message })
  }
})
function answer(value) {
  process.stdout.write(JSON.stringify(value), () => process.exit(0))
}
`

/**
 * Talks to the key store of the system, one act at a time, each in a process of its own: the store
 * may wait for a person, and its library cannot be interrupted.
 */
export class KeyStoreProcess {
  readonly #env: NodeJS.ProcessEnv
  #last: Promise<unknown> = Promise.resolve()
  #child: ChildProcessWithoutNullStreams | undefined
  #isClosed = false

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /**
   * Resolves with the secret of the account; null when there is none, or after another act. Rejects
   * with the reason as the message of the error, without its full stop.
   */
  run(act: KeyStoreAct): Promise<string | null> {
    const done = this.#last.then(() => this.#run(act))
    this.#last = done.catch(() => {})
    return done
  }

  /** Ends the act under way. */
  close(): void {
    this.#isClosed = true
    this.#child?.kill('SIGKILL')
  }

  #run(act: KeyStoreAct): Promise<string | null> {
    if (this.#isClosed) return Promise.reject(new Error('it is being closed'))
    const library = libraryPath()
    if (library === undefined)
      return Promise.reject(new Error('the package @napi-rs/keyring is not installed'))
    const child = spawn(process.execPath, ['-e', PROGRAM, library], {
      env: this.#env,
      stdio: 'pipe',
      windowsHide: true,
    })
    this.#child = child
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    return answerOf(child, act).finally(() => {
      clearTimeout(limit)
      this.#child = undefined
    })
  }
}

function answerOf(child: ChildProcessWithoutNullStreams, act: KeyStoreAct): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    // It must be read, or the program would wait.
    child.stderr.resume()
    child.stdin.on('error', () => {})
    child.once('error', reject)
    child.once('close', (_code, signal) => {
      if (signal === 'SIGKILL') return reject(new Error('it has not answered'))
      try {
        const { value, error } = JSON.parse(output) as { value?: string | null; error?: string }
        if (error !== undefined) reject(new Error(withoutFullStop(error)))
        else resolve(value ?? null)
      } catch (cause) {
        reject(new Error('its library cannot be loaded', { cause }))
      }
    })
    child.stdin.write(`${JSON.stringify({ service: SERVICE, ...act })}\n`)
  })
}

function withoutFullStop(text: string): string {
  return text.replace(/\.$/, '')
}

function libraryPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@napi-rs/keyring')
  } catch {
    return undefined
  }
}
