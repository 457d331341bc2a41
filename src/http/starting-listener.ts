import type { IncomingMessage, RequestListener } from 'node:http'
import type { Access } from '../access/access.ts'
import { RecorderError } from '../contract/errors.ts'
import { CHALLENGE_HEADER } from '../contract/identity-proof.ts'
import type { Address } from './address.ts'
import { identityHeaders } from './identity-headers.ts'
import { checkHost } from './origin-check.ts'
import { headersOf, toProblem } from './problem.ts'
import { SECURITY_HEADERS } from './send-answer.ts'

/** The parts of a server that is not ready yet. */
export interface StartingServices {
  access: Pick<Access, 'proveIdentity'>
  address: () => Address
  /** Returns what the daemon is doing, as a sentence. It says nothing about recordings. */
  progress: () => string
}

/**
 * Creates the listener for the time in which the daemon opens its log. It answers every request
 * with 503 NOT_READY and how far the daemon has come, whatever its credential, and reads no body.
 * It proves the daemon's identity, so that `f2f` can tell a starting daemon from another program.
 */
export function createStartingListener(services: StartingServices): RequestListener {
  return (request, response) => {
    const { problem, proof } = answerTo(request, services)
    const body = JSON.stringify(problem)
    response.writeHead(problem.status, [
      ...SECURITY_HEADERS,
      ...headersOf(problem),
      ...proof,
      ...['Connection', 'close', 'Content-Type', 'application/problem+json'],
      ...['Content-Length', String(Buffer.byteLength(body))],
    ])
    response.end(body)
  }
}

function answerTo(request: IncomingMessage, { access, address, progress }: StartingServices) {
  try {
    checkHost(request, address())
    const isProbe = request.url === '/healthz'
    const challenge = isProbe ? request.headers[CHALLENGE_HEADER] : undefined
    const proof = identityHeaders(access, address().port, challenge)
    return { problem: toProblem(new RecorderError('NOT_READY', progress())), proof }
  } catch (error) {
    return { problem: toProblem(error), proof: [] }
  }
}
