import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite } from '../../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { recordingView } from '../support/stub-recorder.ts'

/** So many messages arrive in one piece. */
const MESSAGES = 1_500

/** Returns a text message as a client sends it, masked with zeros (RFC 6455, 5.2). */
function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

suite('a flood of messages to an inspection feed', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
    daemon.recorder.views.set('rec_past', recordingView('rec_past'))
  })
  test.after(() => daemon.close())

  test('leaves every turn of the event loop to others', async () => {
    const socket = await daemon.connect()
    const head = [
      'GET /v1/inspect?recording=rec_past HTTP/1.1',
      `Host: 127.0.0.1:${daemon.port}`,
      `Authorization: Bearer ${HOME_TOKEN}`,
      ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      ...['Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==', '', ''],
    ]
    socket.write(head.join('\r\n'))
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 101 /)
    let turns = 0
    let isOver = false
    const count = (): void => {
      turns++
      if (!isOver) setImmediate(count)
    }
    // The end of the feed says that all have been read.
    const ended = new Promise<void>((resolve) => {
      socket.on('data', (data) => data.includes('A message must be') && resolve())
    })
    const flood = Array.from({ length: MESSAGES }, () => frame('{"type":"pause"}'))
    socket.write(Buffer.concat([...flood, frame('stop')]))
    count()
    await ended
    isOver = true
    assert.ok(turns >= MESSAGES, `${MESSAGES} messages were read in ${turns} turns`)
  })
})
