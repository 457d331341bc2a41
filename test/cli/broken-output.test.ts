import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

suite('an output that can be written no more', (test) => {
  let daemon: TestDaemon
  const running: ChildProcess[] = []
  test.before(async () => {
    daemon = await startDaemon()
    assert.equal((await daemon.api('POST', '/recordings', { media: ['mic'] })).status, 201)
  })
  test.after(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  const follow = [
    ['replay', 'current', '--all', '--follow'],
    ['events', 'current', '--follow'],
    ['inspect', '--json'],
  ]
  for (const command of follow)
    test(`ends f2f ${command.join(' ')}, as in front of head`, async () => {
      const args = [F2F, ...command, '--home', daemon.home]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      running.push(child)
      child.stdout.destroy()
      // It learns of it with the next lines that it writes.
      await eventually('it ends', async () => {
        await daemon.api('POST', '/recordings/current/tags', { tags: { written: 1 } })
        return child.exitCode !== null
      })
      assert.equal(child.exitCode, 0)
    })

  const noFull = existsSync('/dev/full') ? null : 'this system has no /dev/full'
  test.unless(noFull, 'is reported once, however many lines there are', () => {
    const args = [F2F, 'replay', 'current', '--all', '--home', daemon.home]
    const { status, stderr } = spawnSync(process.execPath, args, {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    assert.equal(status, 1)
    assert.match(stderr, /^f2f: The output cannot be written: [^\n]*ENOSPC[^\n]*\n$/)
  })

  test('of messages does not end what a command does', async () => {
    const file = join(daemon.home, 'interview.mp4')
    assert.equal((await daemon.api('POST', '/recordings/current/stop')).status, 200)
    const args = [F2F, 'export', 'current', '--output', file, '--home', daemon.home]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    running.push(child)
    child.stderr.destroy()
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
    assert.ok(existsSync(file))
  })
})
