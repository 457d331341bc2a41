/**
 * Serves one stored file over HTTP, by the code that sends segments. Usage: media-server.ts PATH
 * [IDENTITY]. Writes its port to stdout.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseIdentity } from '../src/age/identity.ts'
import { openStoredMedia } from '../src/age/stored-media.ts'
import { sendFile } from '../src/http/answers/send-file.ts'
import type { HttpContext } from '../src/http/context.ts'

const [path = '', identityText = ''] = process.argv.slice(2)
const identity = parseIdentity(identityText)
const file = {
  open: () => openStoredMedia(path, identity),
  type: 'video/mp4',
  name: 'screen.mp4',
  sha256: '0'.repeat(64),
} as const

const server = createServer((req, res) => {
  // The part of Koa's context that answers use.
  const ctx = { req, res, method: req.method, state: { headers: [] } } as unknown as HttpContext
  sendFile(ctx, file).catch((error) => res.destroy(error))
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
