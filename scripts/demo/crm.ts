import type { Answer, Daemon } from '../../lab/daemon.ts'
import type { Terminal } from './terminal.ts'

/** The demo's CRM: sends REST requests with a token of its own. */
export interface Crm {
  get(path: string): Promise<Answer['body']>
  /** Sends a command and shows it with its answer. */
  command(
    path: string,
    body: unknown,
    outcome: (answer: Answer['body']) => string,
  ): Promise<Answer['body']>
}

function bodyOrThrow(method: string, path: string, { status, body }: Answer): Answer['body'] {
  if (status >= 200 && status < 300) return body
  const reason = typeof body === 'object' ? `${body.code}: ${body.detail}` : body
  throw new Error(`${method} /v1${path} was answered with ${status}, ${reason}`)
}

/** Creates a CRM with a token that has only the scopes it needs. */
export async function createCrm(daemon: Daemon, terminal: Terminal): Promise<Crm> {
  const request = { name: 'demo-crm', scopes: ['read', 'tag', 'control'] }
  const { token } = bodyOrThrow('POST', '/tokens', await daemon.api('POST', '/tokens', request))
  const headers = { Authorization: `Bearer ${token}` }
  return {
    get: async (path) =>
      bodyOrThrow('GET', path, await daemon.api('GET', path, undefined, headers)),
    async command(path, body, outcome) {
      const startedAt = performance.now()
      const answer = await daemon.api('POST', path, body, headers)
      const ms = Math.round(performance.now() - startedAt)
      const result = bodyOrThrow('POST', path, answer)
      const request = `POST /v1${path}`.padEnd(36)
      terminal.print(
        `${terminal.style.strong(request)} ${answer.status} in ${String(ms).padStart(4)} ms  ${outcome(result)}`,
      )
      return result
    },
  }
}
