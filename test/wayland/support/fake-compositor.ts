import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { encodeRequest, readEvent } from '../../../src/wayland/wire.ts'

/** A compositor with one monitor that is turned, and does as it is told. */
export class FakeCompositor {
  #answers = true
  /** How many clients have come. */
  clients = 0
  readonly #unanswered: Buffer[] = []
  /** The ids of the objects that the client has asked for. */
  readonly ids: number[] = []
  #client: Socket | undefined
  readonly #server: Server

  static async start(path: string): Promise<FakeCompositor> {
    const compositor = new FakeCompositor()
    compositor.#server.listen(path)
    await once(compositor.#server, 'listening')
    return compositor
  }

  constructor() {
    this.#server = createServer((client) => {
      this.#client = client
      this.clients++
      client.on('error', () => {})
      client.on('data', (chunk: Buffer) => this.#read(chunk))
    })
  }

  get answers(): boolean {
    return this.#answers
  }

  /** Whether it answers; what it was asked meanwhile is answered then. */
  set answers(answers: boolean) {
    this.#answers = answers
    if (answers) for (const chunk of this.#unanswered.splice(0)) this.#read(chunk)
  }

  send(...bytes: Buffer[]): void {
    this.#client?.write(Buffer.concat(bytes))
  }

  stop(): void {
    this.#client?.destroy()
    this.#server.close()
  }

  #read(chunk: Buffer): void {
    if (!this.#answers) return void this.#unanswered.push(chunk)
    for (let rest = chunk; rest.length > 0; ) {
      const { bytes, object, opcode, args } = readEvent(rest)!
      rest = rest.subarray(bytes.length)
      if (object === 1 && opcode === 1) this.send(encodeRequest(2, 0, 7, 'wl_output', 4))
      if (object === 1 && opcode === 0) {
        const id = args.uint()
        this.ids.push(id)
        this.send(encodeRequest(id, 0, 0), encodeRequest(1, 1, id))
      }
      if (object === 2) {
        const output = bytes.readUInt32LE(bytes.length - 4)
        this.send(
          encodeRequest(output, 0, 10, 20, 1, 1, 0, 'maker', 'model', 1),
          encodeRequest(output, 1, 1, 800, 600, 60_000),
          encodeRequest(output, 1, 0, 1_600, 1_200, 60_000),
        )
      }
    }
  }
}
