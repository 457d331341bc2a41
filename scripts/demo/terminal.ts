import { type Style, styleFor } from '../../src/cli/text/style.ts'

/** Prints lines that stay, and a progress line that the next line overwrites. */
export interface Terminal {
  readonly style: Style
  print(text?: string): void
  /** Overwrites the progress line. Prints an ordinary line when the output is not a terminal. */
  progress(text: string): void
}

/** Creates a terminal that writes to a stream. */
export function createTerminal(
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
    print(text = '') {
      stream.write(`${clear()}${text}\n`)
    },
    progress(text) {
      if (!stream.isTTY) return void stream.write(`${text}\n`)
      stream.write(clear() + text.slice(0, (stream.columns ?? 80) - 1))
      isOpen = true
    },
  }
}
