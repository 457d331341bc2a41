import type { IncomingMessage, RequestListener } from 'node:http'
import type { Access } from '../access/access.ts'
import { RecorderError } from '../contract/errors.ts'
import { CHALLENGE_HEADER } from '../contract/identity-proof.ts'
import type { Address } from './address.ts'
import { headersOf, toProblem } from './answers/problem.ts'
import { SECURITY_HEADERS } from './answers/send-answer.ts'
import { answerPageFile } from './page/page-answer.ts'
import type { PageFiles } from './page/page-files.ts'
import { identityHeaders } from './requests/identity-headers.ts'
import { checkHost } from './requests/origin-check.ts'

/** The parts of a server that is not ready yet. */
export interface StartingServices {
  access: Pick<Access, 'proveIdentity'>
  address: () => Address
  /** Returns what the daemon is doing, as a sentence. It says nothing about recordings. */
  progress: () => string
  /** The page's files are answered already, so that the page itself can show the progress. */
  pageFiles: PageFiles
}

/**
 * Creates the listener for the time in which the daemon opens its log. It answers every request
 * with 503 NOT_READY and how far the daemon has come, whatever its credential, and reads no body.
 * Only the page's files are served. It proves the daemon's identity, so that `f2f` can tell a
 * starting daemon from another program.
 */
export function createStartingListener(services: StartingServices): RequestListener {
  return (request, response) => {
    const { status, headers, content } = answerTo(request, services)
    response.writeHead(status, [...headers, 'Connection', 'close'])
    response.end(content)
  }
}

function answerTo(request: IncomingMessage, services: StartingServices) {
  const { access, address, progress, pageFiles } = services
  try {
    checkHost(request, address())
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const file = isRead ? pageFiles.get(request.url as string) : undefined
    if (file !== undefined) return answerPageFile(file, request.headers)
    const isProbe = request.url === '/healthz'
    const challenge = isProbe ? request.headers[CHALLENGE_HEADER] : undefined
    const proof = identityHeaders(access, address().port, challenge)
    return problemAnswer(new RecorderError('NOT_READY', progress()), proof)
  } catch (error) {
    return problemAnswer(error, [])
  }
}

function problemAnswer(error: unknown, proof: readonly string[]) {
  const problem = toProblem(error)
  const content = JSON.stringify(problem)
  const headers = [
    ...SECURITY_HEADERS,
    ...headersOf(problem),
    ...proof,
    ...['Content-Type', 'application/problem+json'],
    ...['Content-Length', String(Buffer.byteLength(content))],
  ]
  return { status: problem.status, headers, content }
}
