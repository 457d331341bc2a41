import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { RecorderError } from '../../contract/errors.ts'
import { toProblem } from '../answers/problem.ts'
import { SECURITY_HEADERS } from '../answers/send-answer.ts'

const STATUS: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

const NOT_HTTP = JSON.stringify(
  toProblem(
    new RecorderError('INVALID_REQUEST', 'The request is not valid HTTP/1.1.', {
      members: { errors: [{ pointer: '', detail: 'The request line or a header is malformed.' }] },
    }),
  ),
)

/**
 * Returns the whole answer to a request that could not be read, with the status 400, 408 or 431.
 */
export function brokenRequestAnswer(status: number): string {
  // 408 and 431 have no error code, so they are sent as the status alone.
  const body = status === 400 ? NOT_HTTP : ''
  const headers = [
    ...SECURITY_HEADERS,
    'Connection',
    'close',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ]
  if (body !== '') headers.push('Content-Type', 'application/problem+json')
  const lines = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []))
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n')
}

/** Answers a request that Node could not parse or did not receive in time. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Like Node's own handler, this must not write into an answer that has begun.
  const answer = (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage
  if (socket.writable && error.code !== 'ECONNRESET' && !answer?.headersSent) {
    socket.write(brokenRequestAnswer(STATUS[error.code ?? ''] ?? 400))
  }
  socket.destroy(error)
}
