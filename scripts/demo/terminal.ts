import { type Style, styleFor } from '../../src/cli/style.ts'

/**
 * Where the demo tells its story: lines that stay, and one line that is written over as long as
 * nothing else is said.
 */
export interface Terminal {
  readonly style: Style
  say(text?: string): void
  /** Shows how things stand; an ordinary line where the output is no terminal. */
  progress(text: string): void
}

/** The demo's voice on a stream. */
export function terminalOn(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  let isOpen = false
  const clear = (): string => {
    const before = isOpen ? '\r\u001b[2K' : ''
    isOpen = false
    return before
  }
  return {
    style: styleFor(stream, env),
    say(text = '') {
      stream.write(`${clear()}${text}\n`)
    },
    progress(text) {
      if (!stream.isTTY) return void stream.write(`${text}\n`)
      stream.write(clear() + text.slice(0, (stream.columns ?? 80) - 1))
      isOpen = true
    },
  }
}
