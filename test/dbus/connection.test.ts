import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BusConnection, type BusError } from '../../src/dbus/connection.ts'
import { suite } from '../support/suite.ts'

const unix = process.platform === 'win32' ? 'D-Bus needs a Unix socket' : null

/** Opens a connection to a bus that answers each of its first lines so, and then nothing more. */
async function kindOfRefusal(...answers: string[]): Promise<BusError['kind']> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bus-'))
  const path = join(folder, 'bus')
  const server = createServer((client) => {
    client.on('error', () => {})
    client.on('data', () => client.write(answers.shift() ?? ''))
  })
  try {
    server.listen(path)
    await once(server, 'listening')
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }
    const connection = await BusConnection.open(env, 100).catch((error: BusError) => error)
    assert.ok(connection instanceof Error)
    return connection.kind
  } finally {
    server.close()
    await rm(folder, { recursive: true })
  }
}

suite('a connection to the message bus', (test) => {
  test.unless(
    unix,
    'is called silent when the bus says nothing, or lets the recorder in and stops there',
    async () => {
      assert.equal(await kindOfRefusal(), 'silent')
      assert.equal(await kindOfRefusal('OK 1234\r\n'), 'silent')
    },
  )

  test.unless(unix, 'is called refused when the bus does not let the recorder in', async () => {
    assert.equal(await kindOfRefusal('REJECTED EXTERNAL\r\n'), 'refused')
  })
})
