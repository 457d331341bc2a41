import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { RecorderError } from '../../contract/errors.ts'
import { toProblem } from '../answers/problem.ts'
import { SECURITY_HEADERS } from '../answers/send-answer.ts'

const NOT_HTTP = new RecorderError('INVALID_REQUEST', 'The request is not valid HTTP/1.1.', {
  members: { errors: [{ pointer: '', detail: 'The request line or a header is malformed.' }] },
})

/** The errors of requests that Node could not read, by the code of its own error. */
const FAULTS: Record<string, RecorderError> = {
  HPE_HEADER_OVERFLOW: new RecorderError(
    'HEADERS_TOO_LARGE',
    'Request line and headers are longer than 16 KiB.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new RecorderError(
    'REQUEST_TIMEOUT',
    'The request was not complete in time. Nothing was done.',
  ),
}

/**
 * Returns the whole answer, head and body, to a request that could not be read. `code` is that of
 * Node's error; any other than a head too long and a request too late stands for what is not HTTP.
 */
export function brokenRequestAnswer(code: string | undefined): string {
  const problem = toProblem(FAULTS[code ?? ''] ?? NOT_HTTP)
  const body = JSON.stringify(problem)
  const headers = [
    ...SECURITY_HEADERS,
    ...['Connection', 'close', 'Content-Type', 'application/problem+json'],
    ...['Content-Length', String(Buffer.byteLength(body))],
  ]
  const lines = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []))
  const { status } = problem
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n')
}

/** Answers a request that Node could not parse or did not receive in time. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Like Node's own handler, this must not write into an answer that has begun.
  const answer = (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage
  if (socket.writable && error.code !== 'ECONNRESET' && !answer?.headersSent) {
    socket.write(brokenRequestAnswer(error.code))
  }
  socket.destroy(error)
}
