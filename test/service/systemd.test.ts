import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { writeDaemonFile } from '../../src/home/daemon-file.ts'
import { prepareHome, resolveHome } from '../../src/home/home.ts'
import { programOf, UNIT_NAME } from '../../src/service/systemd-unit.ts'
import { suite } from '../support/suite.ts'
import { type FakeSystemd, fakeProblem, fakeSystemd } from './fake-systemctl.ts'

suite('f2f service on Linux', (test) => {
  let computer: FakeSystemd
  test.beforeEach(async () => {
    computer = await fakeSystemd()
  })
  const installedFiles = async () => {
    const root = join(dirname(computer.unitFile), '..', '..')
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  test.unless(fakeProblem, 'install writes, enables and starts the unit', async () => {
    const ran = await computer.f2f('service install --json')
    assert.equal(ran.code, 0, ran.stderr + ran.stdout)
    assert.deepEqual(await computer.changes(), [
      ...[
        'daemon-reload',
        `enable ${UNIT_NAME}`,
        `reset-failed ${UNIT_NAME}`,
        `start ${UNIT_NAME}`,
      ],
    ])
    const { untried, files, unchanged, notes } = ran.json()
    assert.deepEqual(files, [computer.unitFile, computer.autostartFile])
    assert.deepEqual({ untried, unchanged, notes }, { untried: false, unchanged: false, notes: [] })
    const program = { node: process.execPath, f2f: F2F, home: computer.home }
    assert.deepEqual(programOf(await readFile(computer.unitFile, 'utf8')), program)
    assert.match(await readFile(computer.autostartFile, 'utf8'), /^Exec=.*restart f2f-recorder/m)
  })

  test.unless(fakeProblem, 'a second install changes nothing', async () => {
    await computer.f2f('service install')
    await computer.changes()
    const ran = await computer.f2f('service install')
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /was installed already/)
    assert.deepEqual(await computer.changes(), ['daemon-reload'])
  })

  test.unless(
    fakeProblem,
    'install for another home does not end the running recorder',
    async () => {
      await computer.f2f('service install')
      await computer.changes()
      const ran = await computer.f2f('service install', { F2F_HOME: '/elsewhere' })
      assert.match(ran.stderr, /Restart it when nothing is being recorded/)
      assert.deepEqual(await computer.changes(), ['daemon-reload'])
      assert.match(await readFile(computer.unitFile, 'utf8'), /"--home" "\/elsewhere"/)
    },
  )

  test.unless(fakeProblem, 'install --dry-run shows everything and changes nothing', async () => {
    const ran = await computer.f2f('service install --dry-run')
    assert.equal(ran.code, 0, ran.stderr)
    for (const part of [
      'ExecStart=',
      computer.autostartFile,
      `systemctl --user enable ${UNIT_NAME}`,
    ])
      assert.ok(ran.stdout.includes(part), part)
    assert.deepEqual([await computer.changes(), await installedFiles()], [[], []])
  })

  test.unless(fakeProblem, 'what systemd refuses leaves no file behind', async () => {
    await computer.set('fails-enable', 'Failed to enable unit: it is masked.')
    const ran = await computer.f2f('service install --json')
    assert.equal(ran.code, 1)
    assert.equal(ran.json().code, 'SERVICE_FAILED')
    assert.match(ran.json().detail, /Failed to enable unit: it is masked/)
    assert.deepEqual(await installedFiles(), [])
  })

  test.unless(
    fakeProblem,
    'a recorder that does not start is reported, and stays installed',
    async () => {
      await computer.set('fails-start', 'Job for f2f-recorder.service failed.')
      const ran = await computer.f2f('service install')
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /journalctl --user -u f2f-recorder/)
      assert.equal((await installedFiles()).length, 2)
    },
  )

  test.unless(fakeProblem, 'somebody else’s file of the same name is left alone', async () => {
    await mkdir(dirname(computer.unitFile), { recursive: true })
    await writeFile(computer.unitFile, '[Service]\nExecStart=/mine\n')
    for (const line of ['service install', 'service uninstall']) {
      const ran = await computer.f2f(line)
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /does not come from `f2f service install`/)
    }
    assert.deepEqual(await computer.changes(), [])
    assert.equal(await readFile(computer.unitFile, 'utf8'), '[Service]\nExecStart=/mine\n')
    assert.deepEqual(await installedFiles(), [UNIT_NAME])
  })

  test.unless(fakeProblem, 'uninstall removes exactly what install has written', async () => {
    await computer.f2f('service install')
    const dropIn = join(`${computer.unitFile}.d`, 'override.conf')
    await mkdir(dirname(dropIn))
    await writeFile(dropIn, '[Service]\nRestartSec=9\n')
    await computer.changes()
    const ran = await computer.f2f('service uninstall --json')
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(ran.json().removed, [computer.unitFile, computer.autostartFile])
    const changes = await computer.changes()
    assert.deepEqual(changes.slice(0, 2), [`disable --now ${UNIT_NAME}`, 'daemon-reload'])
    assert.deepEqual(await installedFiles(), ['override.conf'])
    const again = await computer.f2f('service uninstall')
    assert.equal(again.code, 0)
    assert.match(again.stdout, /not installed. Nothing was changed/)
    assert.deepEqual(await computer.changes(), [])
  })

  test.unless(fakeProblem, 'a recorder that runs by hand is not disturbed', async () => {
    const home = resolveHome(computer.home)
    await prepareHome(home)
    const startedAt = new Date().toISOString()
    await writeDaemonFile(home, { pid: process.pid, url: 'http://127.0.0.1:1', startedAt })
    const ran = await computer.f2f('service install')
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /runs already, and not as the service/)
    assert.deepEqual([await computer.changes(), await installedFiles()], [[], []])
  })

  test.unless(fakeProblem, 'install names what the service will not see', async () => {
    await computer.set('environment', 'HOME=/home/anna\n')
    const ran = await computer.f2f('service install', { F2F_PORT: '4000' })
    assert.match(ran.stderr, /does not see F2F_PORT of this shell. Set `port` in config.json/)
    assert.match(ran.stderr, /knows no display yet/)
  })
})

suite('f2f service status', (test) => {
  let computer: FakeSystemd
  test.beforeEach(async () => {
    computer = await fakeSystemd()
  })
  const status = async () => {
    const ran = await computer.f2f('service status --json')
    return { ...ran.json(), code: ran.code }
  }

  test.unless(fakeProblem, 'shows what is installed and since when it runs', async () => {
    await computer.f2f('service install')
    const { code, program, installed, enabled, active, since, pid, restarts, remedies } =
      await status()
    assert.deepEqual(
      { code, home: program.home, installed, enabled, active, since, pid, restarts, remedies },
      {
        ...{ code: 0, home: computer.home, installed: true, enabled: true, active: true },
        ...{ since: '2026-11-28T05:48:55.000Z', pid: 4711, restarts: 2, remedies: [] },
      },
    )
    const text = (await computer.f2f('service status')).stdout
    assert.match(text, /Runs +yes, active \(running\), process 4711/)
  })

  test.unless(fakeProblem, 'says what to do when it is not there or has failed', async () => {
    assert.deepEqual((await status()).remedies, ['Install it with `f2f service install`.'])
    await computer.f2f('service install')
    await computer.set('active', null)
    await computer.set('ended', 'ActiveState=failed\nSubState=failed\nResult=watchdog\n')
    const failed = await status()
    assert.equal(failed.code, 1)
    assert.match(failed.remedies.join(' '), /has failed \(watchdog\).*journalctl.*restart/)
  })

  test.unless(fakeProblem, 'notices that its program is gone', async () => {
    await computer.f2f('service install')
    const unit = await readFile(computer.unitFile, 'utf8')
    await writeFile(computer.unitFile, unit.replaceAll(F2F, '/gone/f2f.cjs'))
    assert.match((await status()).remedies.join(' '), /no \/gone\/f2f.cjs any more/)
    await writeFile(computer.unitFile, unit.replace(/^ExecStart.*$/m, ''))
    assert.match((await status()).remedies.join(' '), /not as it was written/)
  })

  test.unless(
    fakeProblem,
    'every command explains what is missing, and changes nothing',
    async () => {
      const cases: [prepare: () => Promise<void>, env: NodeJS.ProcessEnv, message: RegExp][] = [
        [async () => {}, { PATH: '/nowhere' }, /no systemd[\s\S]*autostart settings/],
        [
          () => computer.set('fails-show', 'Failed to connect to bus: No medium found'),
          {},
          /No systemd user manager answers[\s\S]*No medium found[\s\S]*without sudo/,
        ],
        [
          async () => {
            await computer.set('fails-show', null)
            await computer.set('version', '239\n')
          },
          {},
          /too old[\s\S]*246/,
        ],
      ]
      for (const [prepare, env, message] of cases) {
        await prepare()
        for (const line of ['service install', 'service uninstall', 'service status']) {
          const ran = await computer.f2f(line, env)
          assert.equal(ran.code, 1, line)
          assert.match(ran.stderr, message, line)
          assert.match(ran.stderr, /NO_SERVICE_MANAGER/)
        }
      }
      assert.deepEqual(await computer.changes(), [])
      await rm(dirname(computer.home), { recursive: true })
    },
  )
})
