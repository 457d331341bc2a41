import type { Answer, Daemon } from '../../lab/daemon.ts'
import type { Terminal } from './terminal.ts'

/** The CRM's end of the line: REST requests with a token of its own, each shown as it is made. */
export interface Crm {
  get(path: string): Promise<Answer['body']>
  /** A command; shown with what came of it. */
  command(
    path: string,
    body: unknown,
    outcome: (answer: Answer['body']) => string,
  ): Promise<Answer['body']>
}

function succeeded(method: string, path: string, { status, body }: Answer): Answer['body'] {
  if (status >= 200 && status < 300) return body
  const reason = typeof body === 'object' ? `${body.code}: ${body.detail}` : body
  throw new Error(`${method} /v1${path} was answered with ${status}, ${reason}`)
}

/** Gives the CRM a token with the scopes it needs and no more, and lets it speak. */
export async function crmOf(daemon: Daemon, terminal: Terminal): Promise<Crm> {
  const request = { name: 'demo-crm', scopes: ['read', 'tag', 'control'] }
  const { token } = succeeded('POST', '/tokens', await daemon.api('POST', '/tokens', request))
  const headers = { Authorization: `Bearer ${token}` }
  return {
    get: async (path) => succeeded('GET', path, await daemon.api('GET', path, undefined, headers)),
    async command(path, body, outcome) {
      const startedAt = performance.now()
      const answer = await daemon.api('POST', path, body, headers)
      const ms = Math.round(performance.now() - startedAt)
      const result = succeeded('POST', path, answer)
      const request = `POST /v1${path}`.padEnd(36)
      terminal.say(
        `${terminal.style.strong(request)} ${answer.status} in ${String(ms).padStart(4)} ms  ${outcome(result)}`,
      )
      return result
    },
  }
}
