import { UsageError } from './problem.ts'

/** Reads a text from stdin to its end. Throws {@link UsageError} when it is not UTF-8. */
export async function readStdin(stdin: AsyncIterable<string | Uint8Array>): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  try {
    for await (const chunk of stdin)
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    return text + decoder.decode()
  } catch (cause) {
    throw new UsageError('The text on stdin is not valid UTF-8.', { cause })
  }
}
