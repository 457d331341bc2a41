import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { userInTable } from '../../../src/http/requests/peer-user.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'

const NOBODY = 65_534
const notRoot =
  process.platform === 'linux' && process.getuid?.() === 0
    ? null
    : 'only the administrator can run a program as another user'

/** Opens a URL in a program of another user, over an IPv4 or a mapped IPv6 address. */
const OPEN = `
  const { host, port, path } = JSON.parse(process.argv[1])
  const socket = require('node:net').connect(port, host)
  socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: 127.0.0.1:' + port + '\\r\\n\\r\\n')
  socket.on('data', (data) => process.stdout.write(data))
  socket.on('error', () => {})
`

suite('a launch URL that another user has read', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  async function launchUrl(): Promise<string> {
    return ((await (await daemon.post('/v1/ui/launch')).json()) as { url: string }).url
  }

  async function openAsNobody(url: string, more: object = {}): Promise<string> {
    const { pathname: path } = new URL(url)
    const argument = JSON.stringify({ host: '127.0.0.1', port: daemon.port, path, ...more })
    const child = spawn(process.execPath, ['-e', OPEN, argument], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return text(child.stdout)
  }

  for (const host of ['127.0.0.1', '::ffff:127.0.0.1'])
    test.unless(notRoot, `signs nobody else in (${host}), and still its own user`, async () => {
      const url = await launchUrl()
      const answer = await openAsNobody(url, { host })
      assert.match(answer, /^HTTP\/1\.1 401 /)
      assert.match(answer, /another user opened the launch URL/)
      assert.doesNotMatch(answer, /set-cookie/i)
      assert.equal((await fetch(url, { redirect: 'manual' })).status, 303)
    })

  test('is looked up by the ports of the connection', () => {
    const line = (local: string, remote: string, uid: number, inode = 4_711) =>
      `   7: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000`
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      line('0100007F:0F2F', '0100007F:C001', 1_000),
      line('0200007F:C001', '0100007F:0F2F', 1_001),
      line('0100007F:C001', '0100007F:0F2F', 1_002),
      line('0100007F:C002', '0100007F:0F2F', 0, 0),
      line('0000000000000000FFFF00000100007F:C003', '0000000000000000FFFF00000100007F:0F2F', 1_003),
    ].join('\n')
    assert.equal(userInTable(table, 0xc001, 0x0f2f), 1_002)
    assert.equal(userInTable(table, 0xc002, 0x0f2f), null, 'it has hung up')
    assert.equal(userInTable(table, 0xc003, 0x0f2f), 1_003)
    assert.equal(userInTable(table, 0xc004, 0x0f2f), undefined)
    assert.equal(userInTable('', 0xc001, 0x0f2f), undefined)
  })

  test('is opened by its own user over a connection of which one half is closed already', async () => {
    const url = await launchUrl()
    const { pathname } = new URL(url)
    const socket = connect(daemon.port, '127.0.0.1')
    socket.end(`GET ${pathname} HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n\r\n`)
    const answer = await text(socket)
    assert.match(answer, /^HTTP\/1\.1 303 /, 'half a connection is enough for the answer')
  })
})
