import assert from 'node:assert/strict'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

suite('files over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let id: string

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    const { api } = clients
    id = (await api.start()).body.id
    await api.command('stop')
    await api.command('close')
  })
  test.after(async () => {
    await daemon.stop()
  })

  test('openapi.json names every header of a file, such as the name to save it under', async () => {
    const { api } = clients
    // Every answer is compared with openapi.json.
    const get = (path: string, headers = {}) => api.call('GET', path, undefined, headers)
    const names: string[] = []
    for (const file of ['segments/mic/1', 'media/mic', 'export']) {
      const path = `/recordings/${id}/${file}`
      const whole = await get(path)
      assert.equal(whole.status, 200)
      names.push(whole.headers.get('content-disposition') ?? '')
      const etag = whole.headers.get('etag') ?? ''
      assert.equal((await get(path, { Range: 'bytes=0-9' })).status, 206)
      assert.equal((await get(path, { 'If-None-Match': etag })).status, 304)
      const outside = await get(path, { Range: 'bytes=99999999-' })
      assert.equal(outside.status, 416)
    }
    const bundle = await get(`/recordings/${id}/bundle`)
    names.push(bundle.headers.get('content-disposition') ?? '')
    const rows = await get('/audit/events?limit=1', { Accept: 'text/csv; charset=utf-8' })
    names.push(rows.headers.get('content-disposition') ?? '')
    for (const name of names) assert.match(name, /^(?:inline|attachment); filename=".+"$/)
  })
})
