/** One block of an event stream (HTML Standard, 9.2). */
export interface ServerSentEvent {
  type: string
  /** Empty when the block is no message, and only sets the position. */
  data: string
  /** The id that the block carries; undefined without one. */
  id: string | undefined
}

/** Parses a stream of Server-Sent Events as it arrives, however it is cut into chunks. */
export class ServerSentEventParser {
  readonly #decoder = new TextDecoder()
  #rest = ''

  /** Adds a chunk. Returns the blocks that it completes, without comments. */
  push(chunk: Uint8Array): ServerSentEvent[] {
    const blocks = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    return blocks.map(parseBlock).filter((block) => block !== null)
  }
}

function parseBlock(block: string): ServerSentEvent | null {
  let type = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const value = line.slice(colon + 1).replace(/^ /, '')
    const name = line.slice(0, colon)
    if (name === 'event') type = value
    else if (name === 'id') id = value
    else if (name === 'data') data.push(value)
  }
  return data.length === 0 && id === undefined ? null : { type, id, data: data.join('\n') }
}
