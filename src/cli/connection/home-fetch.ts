import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { DaemonInfo } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import { connectionError } from './connection-error.ts'
import { findDaemon, readToken } from './find-daemon.ts'
import { sendRequest } from './transport.ts'

/**
 * Creates a `fetch` that sends requests to the daemon of a home, with the home token. Rejects with
 * ProblemError, so that the library does not repeat what the transport has repeated already, with a
 * proof before each sending. The answers have what the library and the commands use: loading
 * Node's own Response would make every command 70 ms slower.
 */
export function createHomeFetch(home: Home, cancelled: AbortSignal): typeof fetch {
  const homeFetch = async (target: string, init: RequestInit): Promise<HomeAnswer> => {
    const daemon = await findDaemon(home)
    const token = await readToken(home)
    const { method = 'GET', headers, body, signal } = init
    const answer = await sendRequest(daemon, token, {
      method,
      target,
      headers: headers as Record<string, string>,
      body: body as string | undefined,
      signal: signal ? AbortSignal.any([cancelled, signal]) : cancelled,
    })
    return new HomeAnswer(daemon, answer)
  }
  return homeFetch as unknown as typeof fetch
}

/** The part of a Response that is used. */
class HomeAnswer implements Pick<Response, 'ok' | 'status' | 'url' | 'text'> {
  readonly #daemon: DaemonInfo
  readonly #message: IncomingMessage

  constructor(daemon: DaemonInfo, message: IncomingMessage) {
    this.#daemon = daemon
    this.#message = message
  }

  get status(): number {
    return this.#message.statusCode ?? 0
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get url(): string {
    return this.#daemon.url
  }

  get headers() {
    const { headers } = this.#message
    return { get: (name: string) => headers[name] ?? null }
  }

  get body() {
    const chunks: AsyncIterator<Uint8Array> = this.#message[Symbol.asyncIterator]()
    return {
      getReader: () => ({
        read: () => chunks.next().catch((cause) => this.#failBroken(cause)),
        cancel: async () => void this.#message.destroy(),
      }),
    }
  }

  text(): Promise<string> {
    return text(this.#message).catch((cause) => this.#failBroken(cause))
  }

  /** Throws a TypeError, as every fetch does. */
  #failBroken(cause: unknown): never {
    const problem = connectionError(this.#daemon, cause)
    throw new TypeError(problem.message, { cause: problem })
  }
}
