import assert from 'node:assert/strict'
import { busPath } from '../../src/dbus/address.ts'
import { encodeCall, readMessage } from '../../src/dbus/message.ts'
import { splitSignature, ValueReader, ValueWriter, Variant } from '../../src/dbus/value.ts'
import { programIdOf } from '../../src/platform/linux/portal/grant-store.ts'
import { suite } from '../support/suite.ts'

/** Writes values, and reads them back. */
function there(signature: string, values: unknown[]): unknown[] {
  const writer = new ValueWriter()
  writer.writeAll(signature, values)
  return new ValueReader(writer.bytes).readAll(signature)
}

suite('D-Bus', (test) => {
  test('values of every type that is sent come back as they were', () => {
    const long = 'ü'.repeat(1_000)
    const options = [
      ['handle', new Variant('s', long)],
      ['size', new Variant('(ii)', [-5, 7])],
    ]
    assert.deepEqual(
      there('yubsoa{sv}a(ub)d', [7, 4e9, true, long, '/a', options, [[1, false]], 0.5]),
      [
        ...[7, 4e9, true, long, '/a'],
        new Map<string, unknown>([
          ['handle', long],
          ['size', [-5, 7]],
        ]),
        ...[[[1, false]], 0.5],
      ],
    )
  })

  test('a call is a message that can be read, in chunks of any size', () => {
    const call = { destination: 'a.b', path: '/c', interface: 'd.e', member: 'F' }
    const bytes = encodeCall({ ...call, signature: 'su', args: ['x', 3] }, 9)
    for (let length = 0; length < bytes.length; length++)
      assert.equal(readMessage(bytes.subarray(0, length)), undefined)
    const message = readMessage(Buffer.concat([bytes, Buffer.from('more')]))!
    assert.equal(message.bytes.length, bytes.length)
    assert.deepEqual([message.kind, message.path, message.member], ['call', '/c', 'F'])
    assert.deepEqual(message.args, ['x', 3])
  })

  test('bytes that are no message are an error, and never an endless loop', () => {
    const bytes = encodeCall({ destination: 'a', path: '/', interface: 'b', member: 'C' }, 1)
    for (let at = 0; at < bytes.length; at++)
      for (const value of [0, 0x28, 0x61, 0xff]) {
        const broken = Buffer.from(bytes)
        broken[at] = value
        try {
          readMessage(broken)
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error))
        }
      }
    for (const wrong of ['(', 'a', '()', 'z', 'a'.repeat(100)])
      assert.throws(() => splitSignature(wrong), RangeError)
  })

  test('the buses are found as libdbus finds them', () => {
    const at = (address: string) =>
      busPath('session', { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: '/run/user/7' })
    assert.equal(at('unix:path=/tmp/a%20b,guid=12'), '/tmp/a b')
    assert.equal(at('tcp:host=x;unix:abstract=/tmp/d'), '\0/tmp/d')
    assert.equal(at('unix:runtime=yes'), '/run/user/7/bus')
    assert.equal(at(''), '/run/user/7/bus')
    assert.equal(at('tcp:host=x'), null)
    assert.equal(busPath('session', {}), null)
    const system = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/tmp/system' }
    assert.equal(busPath('system', system), '/tmp/system')
    assert.equal(busPath('system', {}), '/var/run/dbus/system_bus_socket')
  })

  test('the portal knows a program by its unit, as it names it itself', () => {
    const unit = (name: string) =>
      programIdOf(`0::/user.slice/user-1000.slice/user@1000.service/app.slice/${name}\n`)
    assert.equal(unit('app-org.kde.konsole-1a2b.scope'), 'org.kde.konsole')
    assert.equal(unit('app-gnome-org.gnome.Some\\x2dthing-77.scope'), 'org.gnome.Some-thing')
    assert.equal(unit('app-org.kde.okular@12345.service'), 'org.kde.okular')
    for (const none of ['f2f-recorder.service', 'vte-spawn-1.scope', 'run-u1.scope'])
      assert.equal(unit(none), '')
    assert.equal(programIdOf('0::/system.slice/cron.service\n'), '')
    assert.equal(programIdOf(''), '')
  })
})
