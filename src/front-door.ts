import type { Logger } from 'pino'
import type { Access } from './access/access.ts'
import { apiSocketPath } from './home/api-socket.ts'
import { removeDaemonFile, writeDaemonFile } from './home/daemon-file.ts'
import type { Home } from './home/home.ts'
import { NO_PAGE, type PageFiles, readPageFiles } from './http/page/page-files.ts'
import { type HttpOptions, type HttpServer, listenHttp } from './http/server.ts'

/** How a daemon is reached. */
export interface FrontDoorOptions {
  home: Home
  access: Access
  port: number
  /** The folder of the built page. */
  pageFolder: string
  logger: Logger
}

/**
 * The daemon's port, socket and announcement. It listens while the log is still being opened, so
 * that clients are told what the daemon is doing.
 */
export class FrontDoor {
  readonly #options: FrontDoorOptions
  #listening: Promise<HttpServer> | undefined
  #pageFiles: PageFiles = NO_PAGE
  #progress = 'The recorder is starting.'

  constructor(options: FrontDoorOptions) {
    this.#options = options
  }

  /**
   * Listens and announces the daemon, once. The caller holds the lock of the home: another daemon's
   * socket and announcement are stale. Rejects with a HomeError.
   */
  async listen(): Promise<void> {
    await this.#server()
  }

  /** Says what the daemon is doing until it is ready, as a sentence. */
  report(sentence: string): void {
    this.#progress = sentence
  }

  /** Lets clients in. Resolves with the server's address. */
  async open(options: Omit<HttpOptions, 'access' | 'logger' | 'pageFiles'>): Promise<string> {
    const server = await this.#server()
    const { access, logger } = this.#options
    server.open({ ...options, access, logger, pageFiles: this.#pageFiles })
    return server.url
  }

  /** Stops listening. */
  async close(): Promise<void> {
    const server = await this.#listening?.catch(() => undefined)
    await server?.close()
  }

  /** Removes the announcement. It comes last: until then the daemon finishes its recording. */
  async withdraw(): Promise<void> {
    if (this.#listening !== undefined) await removeDaemonFile(this.#options.home)
  }

  #server(): Promise<HttpServer> {
    this.#listening ??= this.#listen()
    return this.#listening
  }

  async #listen(): Promise<HttpServer> {
    const { home, access, port, logger } = this.#options
    this.#pageFiles = this.#readPage()
    const server = await listenHttp({
      access,
      port,
      socketPath: apiSocketPath(home.folder),
      progress: () => this.#progress,
      pageFiles: this.#pageFiles,
      logger,
    })
    const { url, socketPath } = server
    const daemon = { pid: process.pid, url, startedAt: new Date().toISOString() }
    try {
      await writeDaemonFile(home, socketPath === null ? daemon : { ...daemon, socket: socketPath })
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  /** A page that cannot be read must not keep the recorder from recording. */
  #readPage(): PageFiles {
    try {
      return readPageFiles(this.#options.pageFolder)
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the page cannot be read and is not served')
      return NO_PAGE
    }
  }
}
