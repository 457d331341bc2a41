import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { post } from '../../../src/audit/outsiders/post.ts'
import { holdThread } from '../../support/hold-thread.ts'
import { suite } from '../../support/suite.ts'

suite('a request to an outsider', (test) => {
  test('gets an answer that came while the recorder was held', async () => {
    const limitMs = 500
    const server = createServer((_, response) => {
      response.end('cosigned')
      holdThread(limitMs + 100)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      const { body } = await post({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        ...{ body: '', contentType: 'text/plain', accept: 'text/plain', limitMs },
        signal: new AbortController().signal,
      })
      assert.equal(body.toString(), 'cosigned')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
