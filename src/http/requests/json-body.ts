import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RecorderError } from '../../contract/errors.ts'
import { findJsonFaults } from '../../contract/json-faults.ts'
import { ClientGone } from '../answers/problem.ts'
import { invalidRequest, MAX_REPORTED } from './validate.ts'

/** The longest body that is accepted, in bytes. */
const MAX_BODY_BYTES = 65_536

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/**
 * Reads the body as JSON. A missing body is `{}`. Throws RecorderError UNSUPPORTED_MEDIA_TYPE,
 * PAYLOAD_TOO_LARGE, INVALID_JSON or INVALID_REQUEST, checked in this order. Throws
 * {@link ClientGone} when the client disconnects. The server's `requestTimeout` limits the time a
 * body may take.
 */
export async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<unknown> {
  if (!hasBody(request)) return {}
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
  if (!JSON_TYPE.test(type) || encoding !== 'identity') {
    throw new RecorderError(
      'UNSUPPORTED_MEDIA_TYPE',
      'The body is compressed, or its Content-Type is not application/json in UTF-8.',
    )
  }
  const bytes = await readBytes(request, response)
  if (bytes.length === 0) return {}
  return parse(bytes)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function tooLarge(): RecorderError {
  return new RecorderError('PAYLOAD_TOO_LARGE', `The body is longer than ${MAX_BODY_BYTES} bytes.`)
}

function readBytes(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  if (request.headers.expect !== undefined) response.writeContinue()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_BODY_BYTES) {
        // Node discards the rest once the answer has left. Its request timeout ends an endless
        // body.
        request.removeAllListeners('data')
        reject(tooLarge())
      } else chunks.push(chunk)
    })
    const onClose = (): void => reject(new ClientGone('the request broke off'))
    request.on('close', onClose)
    request.on('error', (cause) => reject(new ClientGone('the request broke off', { cause })))
    request.on('end', () => {
      // Every request closes in the end, and creating an unused error is expensive.
      request.off('close', onClose)
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length))
    })
  })
}

function parse(bytes: Buffer): unknown {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : ''
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's message is dropped, because it quotes the body, which may be personal.
    throw new RecorderError('INVALID_JSON', 'The body is not valid JSON in UTF-8.', {
      members: { errors: [{ pointer: '', detail: 'This is not valid JSON.' }] },
    })
  }
  const faults = findJsonFaults(text, MAX_REPORTED)
  if (faults.length > 0) throw invalidRequest(faults)
  return value
}
