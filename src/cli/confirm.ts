import type { Io } from './command.ts'

/** Asks a person on the terminal. Resolves to true for `y` or `yes` only. */
export async function confirm(question: string, { stdin, stderr }: Io): Promise<boolean> {
  stderr.write(`${question} [y/N] `)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (text.includes('\n')) break
  }
  return /^\s*y(?:es)?\s*(?:\n|$)/i.test(text)
}
