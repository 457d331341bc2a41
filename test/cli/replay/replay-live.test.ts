import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { F2F } from '../../../lab/daemon.ts'
import { findProgram } from '../../../src/processes/find-program.ts'
import { connect } from '../../contract/support/clients.ts'
import { startDaemon, type TestDaemon } from '../../support/daemon.ts'
import { suite } from '../../support/suite.ts'
import { type Running, runProgram } from '../support/running.ts'

const noTerminal = findProgram('script', process.env) === null ? '`script` is missing' : null

suite('f2f replay, against the real recorder', (test) => {
  let daemon: TestDaemon
  const running: Running[] = []
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(async () => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL')
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  const run = (program: string, args: readonly string[]): Running => {
    const command = runProgram(program, args)
    running.push(command)
    return command
  }
  const f2f = (...argv: string[]) =>
    run(process.execPath, [F2F, 'replay', ...argv, '--home', daemon.home])

  /** A recording in which each side was refused once. */
  async function refusedByBoth(): Promise<void> {
    const { api, ui, clear } = await connect(daemon)
    await api.start()
    assert.equal((await ui.command('pause')).status, 409)
    assert.equal((await api.command('resume')).status, 409)
    await api.command('tags', { tags: { customer: 'Sam' } })
    await clear()
  }

  test('a recording with refusals of both sides is printed, and every step verified', async () => {
    await refusedByBoth()
    const shown = f2f('last')
    assert.equal(await shown.ended, 0)
    assert.match(shown.stdout(), /CONTROL_HELD_BY_API\n +wanted +ui\/ui: track\.pause\n/)
    assert.match(shown.stdout(), /INVALID_STATE\n +wanted +api\/home: track\.resume\n/)
    const verified = f2f('last', '--verify')
    assert.equal(await verified.ended, 0)
    assert.match(verified.stdout(), /^\d+ steps verified/)
  })

  test('--follow goes on with the live recording until it is closed', async () => {
    const { api, clear } = await connect(daemon)
    await api.start()
    const follow = f2f('--follow', '--json')
    await follow.shows(/"type":"command\.completed"/)
    await api.command('pause')
    await follow.shows(/"type":"track\.paused"/)
    await clear()
    assert.equal(await follow.ended, 0)
    const states = follow
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      states.map(({ index }) => index),
      states.map((_, at) => at + 1),
    )
    assert.equal(states.at(-1).event.type, 'command.completed')
    assert.equal(states.at(-1).machines.session.value, 'closed')
  })

  test('--follow ends with Ctrl-C, and the recording goes on', async () => {
    const { api, clear } = await connect(daemon)
    await api.start()
    const follow = f2f('--follow')
    await follow.shows(/recording\.started/)
    follow.child.kill('SIGINT')
    assert.equal(await follow.ended, 0)
    assert.equal((await api.get('/recordings/current')).body.state, 'Active')
    await clear()
  })

  test('a reader that hangs up is no error', async () => {
    const shown = f2f('last', '--json')
    shown.child.stdout.once('data', () => shown.child.stdout.destroy())
    assert.equal(await shown.ended, 0)
  })

  test.unless(
    noTerminal,
    'on a terminal, keys step, a live recording goes on, and q quits',
    async () => {
      const { api, clear } = await connect(daemon)
      await api.start()
      const line = `stty cols 80 rows 40; "${process.execPath}" "${F2F}" replay -f --home "${daemon.home}"`
      const terminal = run('script', ['-qec', line, '/dev/null'])
      await terminal.shows(/command\.completed[\s\S]*Following\./)
      await api.command('pause')
      await terminal.shows(/mic: pausing → paused/)
      terminal.child.stdin.write('\u001b[H')
      await terminal.shows(/Event 1 of \d+/)
      terminal.child.stdin.write('\u001b[C')
      await terminal.shows(/unclaimed → heldByApi\.capturing/)
      terminal.child.stdin.write('q')
      assert.equal(await terminal.ended, 0)
      assert.ok(terminal.stdout().includes('\u001b[?25h\u001b[?1049l'))
      await clear()
    },
  )

  test.unless(noTerminal, 'Ctrl-C on a terminal quits and leaves it as it was', async () => {
    const line = `"${process.execPath}" "${F2F}" replay last --home "${daemon.home}"; stty -a`
    const terminal = run('script', ['-qec', line, '/dev/null'])
    await terminal.shows(/Event 1 of \d+/)
    terminal.child.stdin.write('\u0003')
    await terminal.ended
    assert.match(terminal.stdout(), /1049l[\s\S]* icanon[\s\S]* echo /)
  })
})
