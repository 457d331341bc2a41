import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EventEmitter } from 'eventemitter3'
import { ClientGone } from '../../src/http/answers/problem.ts'
import { ErasureWatch } from '../../src/http/erasure-watch.ts'
import { MediaReading } from '../../src/http/media-reading.ts'
import { suite } from '../support/suite.ts'

suite('a request that reads media', (test) => {
  test('is over when its client has gone before the recording was found', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    try {
      await once(server, 'listening')
      const asked = once(server, 'request') as Promise<Parameters<RequestListener>>
      const { port } = server.address() as AddressInfo
      const client = request({ host: '127.0.0.1', port }).end()
      client.on('error', () => {})
      const [, response] = await asked
      client.destroy()
      await once(response, 'close')
      const reading = new MediaReading(response, 'rec_1', new ErasureWatch(new EventEmitter()))
      assert.ok(reading.signal.reason instanceof ClientGone)
      reading.end()
    } finally {
      server.close()
    }
  })
})
