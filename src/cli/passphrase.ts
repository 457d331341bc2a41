import type { Io } from './command.ts'
import { UsageError } from './problem.ts'

/** A passphrase of fewer characters is guessed too easily. */
const FEWEST_CHARACTERS = 12
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const BACKSPACE = ['\u007f', '\b']

/**
 * Reads a passphrase: on a terminal hidden, and twice if it is a new one; otherwise from the first
 * line of stdin. Throws {@link UsageError}.
 */
export async function readPassphrase(io: Io, isNew: boolean): Promise<string> {
  const lines = new HiddenLines(io)
  try {
    const passphrase = await lines.next('Passphrase: ')
    if (passphrase === undefined) throw new UsageError('There is no passphrase on stdin.')
    if (!isNew) return passphrase
    if ([...passphrase].length < FEWEST_CHARACTERS)
      throw new UsageError(`The passphrase needs at least ${FEWEST_CHARACTERS} characters.`)
    if (lines.isTerminal && (await lines.next('The same again: ')) !== passphrase)
      throw new UsageError('The two passphrases differ.')
    return passphrase
  } finally {
    lines.close()
  }
}

/** The lines that a person or a program types. On a terminal they are not shown. */
class HiddenLines {
  readonly isTerminal: boolean
  readonly #io: Io
  readonly #chunks: AsyncIterator<string | Uint8Array>
  readonly #decoder = new TextDecoder()
  #rest = ''

  constructor(io: Io) {
    this.#io = io
    this.isTerminal = io.stdin.isTTY === true && io.stdin.setRawMode !== undefined
    this.#chunks = io.stdin[Symbol.asyncIterator]()
    if (this.isTerminal) io.stdin.setRawMode?.(true)
  }

  /** Resolves with the next line; undefined at the end, or when the person has interrupted it. */
  async next(question: string): Promise<string | undefined> {
    if (this.isTerminal) this.#io.stderr.write(question)
    const line = await this.#line()
    if (this.isTerminal) this.#io.stderr.write('\n')
    return line
  }

  close(): void {
    if (this.isTerminal) this.#io.stdin.setRawMode?.(false)
    this.#io.stdin.destroy?.()
  }

  async #line(): Promise<string | undefined> {
    let line = ''
    for (;;) {
      const character = await this.#character()
      if (character === undefined) return line === '' ? undefined : line
      if (character === '\n' || character === '\r') return line
      if (this.isTerminal && (character === CTRL_C || character === CTRL_D)) return undefined
      if (this.isTerminal && BACKSPACE.includes(character)) line = [...line].slice(0, -1).join('')
      else line += character
    }
  }

  async #character(): Promise<string | undefined> {
    while (this.#rest === '') {
      const { value, done } = await this.#chunks.next()
      if (done === true) return undefined
      this.#rest = typeof value === 'string' ? value : this.#decoder.decode(value, { stream: true })
    }
    const [first = ''] = this.#rest
    this.#rest = this.#rest.slice(first.length)
    return first
  }
}
