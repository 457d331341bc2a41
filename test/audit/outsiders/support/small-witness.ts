import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { openCheckpoint, parseCheckpoint } from '../../../../src/tlog/checkpoint.ts'
import { cosign } from '../../../../src/tlog/cosignature.ts'
import { EMPTY_ROOT } from '../../../../src/tlog/hashes.ts'
import { createSigner, encodeVkey, type Signer, type Verifier } from '../../../../src/tlog/keys.ts'
import { parseNote } from '../../../../src/tlog/note.ts'
import { signatureLine } from '../../../../src/tlog/note-signature.ts'
import { type TreeHead, verifyConsistency } from '../../../../src/tlog/verify-proofs.ts'
import { LOG } from './growing-log.ts'

/** The time of every cosignature, in seconds. */
export const SECONDS = 1_800_000_000

/** An answer that a test dictates. */
export interface DictatedAnswer {
  status: number
  body?: string
  type?: string
  location?: string
}

/** A witness that does what C2SP tlog-witness demands, in memory, and what a test dictates. */
export class SmallWitness {
  readonly signer = createSigner('cosignature', 'witness.example', Buffer.alloc(32, 2))
  /** The log that it remembers. */
  log: { origin: string; keys: readonly Verifier[] } = LOG
  /** The key that it really signs with. */
  signsWith: Signer = this.signer
  /** Lines before its own. */
  otherLines = ''
  seen: TreeHead = { size: 0, root: EMPTY_ROOT }
  /** Every request that was answered: the old size, the size and the status. */
  readonly requests: [number, number, number][] = []
  /** When each connection was cut off, in ms. */
  readonly cutOffAt: number[] = []
  /** The most requests that were under way together. */
  mostTogether = 0
  /** Requests that the client gave up. */
  abandoned = 0
  isDown = false
  dictated: DictatedAnswer | undefined
  /** Is awaited before each answer. */
  held: Promise<void> = Promise.resolve()
  onRequest: () => void = () => {}
  #together = 0
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async begin(): Promise<SmallWitness> {
    const witness = new SmallWitness()
    await new Promise<void>((resolve) => witness.#server.listen(0, '127.0.0.1', resolve))
    return witness
  }

  get setting(): { url: string; vkey: string } {
    const { port } = this.#server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}/w/`, vkey: encodeVkey(this.signer.verifier) }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.onRequest()
    if (this.isDown) {
      this.cutOffAt.push(performance.now())
      request.socket.destroy()
      return
    }
    response.on('close', () => {
      if (!response.writableFinished) this.abandoned++
    })
    this.mostTogether = Math.max(this.mostTogether, ++this.#together)
    const body = await text(request)
    await this.held
    this.#together--
    const isRoute = request.method === 'POST' && request.url === '/w/add-checkpoint'
    const answer = this.dictated ?? (isRoute ? this.#answer(body) : { status: 404 })
    this.requests.push([oldSizeOf(body), sizeOf(body), answer.status])
    if (answer.location !== undefined) response.setHeader('location', answer.location)
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'text/plain' })
    response.end(answer.body)
  }

  #answer(body: string): DictatedAnswer {
    const split = body.indexOf('\n\n')
    const [, ...lines] = body.slice(0, split).split('\n')
    const note = body.slice(split + 2)
    let opened: TreeHead
    try {
      opened = openCheckpoint(note, this.log)
    } catch {
      return { status: 403 }
    }
    if (oldSizeOf(body) > opened.size) return { status: 400 }
    if (oldSizeOf(body) !== this.seen.size)
      return { status: 409, body: `${this.seen.size}\n`, type: 'text/x.tlog.size' }
    const proof = lines.map((line) => Buffer.from(line, 'base64'))
    if (!verifyConsistency(this.seen, opened, proof)) return { status: 422 }
    this.seen = { size: opened.size, root: opened.root }
    const cosignature = cosign(parseNote(note).text, this.signsWith, SECONDS)
    return { status: 200, body: this.otherLines + signatureLine(cosignature) }
  }
}

function oldSizeOf(body: string): number {
  return Number(/^old (0|[1-9][0-9]*)\n/.exec(body)?.[1])
}

function sizeOf(body: string): number {
  return parseCheckpoint(parseNote(body.slice(body.indexOf('\n\n') + 2)).text).size
}
