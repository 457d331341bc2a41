import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { findProgram } from '../../src/processes/find-program.ts'
import { runTool } from '../../src/processes/run-tool.ts'
import { launchAgent } from '../../src/service/launchd.ts'
import {
  autostartEntry,
  programOf,
  systemdUnit,
  UNIT_NAME,
} from '../../src/service/systemd-unit.ts'
import { windowsTask } from '../../src/service/windows-task.ts'
import { suite } from '../support/suite.ts'

const missing = (program: string) =>
  findProgram(program, process.env) === null ? `there is no ${program}` : null

/** Paths that a shell or systemd could take apart. */
const NASTY = [
  'a b',
  '$HOME $x',
  '100% %h',
  'quote"s and \'s',
  'back\\slash',
  'ünï',
  '; #',
  '@-:+!',
]

async function run(program: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { outcome, stdout, stderr } = await runTool(
    { program, args },
    { env: { ...process.env, ...env }, limitMs: 20_000 },
  )
  return { ok: outcome === 'done', output: stdout + stderr, stdout }
}

suite('the unit of systemd', (test) => {
  test.unless(missing('systemd-analyze'), 'is valid, whatever the paths', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-unit-'))
    const verify = async (content: string) => {
      const file = join(folder, UNIT_NAME)
      await writeFile(file, content)
      return run('systemd-analyze', ['verify', '--user', file], { XDG_RUNTIME_DIR: folder })
    }
    for (const name of NASTY) {
      await mkdir(join(folder, name))
      const node = join(folder, name, 'node')
      await symlink(process.execPath, node)
      const unit = systemdUnit({ node, f2f: join(folder, name, 'f2f'), home: join(folder, name) })
      const { ok, output } = await verify(unit)
      assert.ok(ok && output === '', `${name}: ${output}`)
    }
    const wrong = await verify(systemdUnit({ node: '/no/node', f2f: '/f', home: '/h' }))
    assert.match(wrong.output, /\/no\/node is not executable/)
  })

  test('gives every path back as it was', () => {
    const path = fc.string({ unit: 'grapheme' }).map((text) => `/${text.replaceAll('\0', '')}x`)
    assert.equal(
      programOf(systemdUnit({ node: '/\u2028x', f2f: '/f', home: '/h' }))?.node,
      '/\u2028x',
    )
    fc.assert(
      fc.property(path, path, path, (node, f2f, home) => {
        const unit = systemdUnit({ node, f2f, home })
        assert.deepEqual(programOf(unit), { node, f2f, home })
        assert.equal(unit.split('\n').filter((line) => line.startsWith('ExecStart=')).length, 1)
      }),
      { examples: NASTY.map((name) => [`/${name}`, `/${name}`, `/${name}\n`]) },
    )
  })

  test('ends only the daemon, and leaves it longer than the 5 s that it needs', () => {
    const unit = systemdUnit({ node: '/n', f2f: '/f', home: '/h' })
    const value = (key: string) => new RegExp(`^${key}=(.+)$`, 'm').exec(unit)?.[1]
    assert.equal(value('KillMode'), 'mixed')
    assert.equal(value('ExecReload'), '/bin/kill -HUP $MAINPID')
    assert.ok(Number(value('TimeoutStopSec')) > 5)
    assert.equal(value('Restart'), 'on-failure')
  })

  test('hides nothing that a capture needs', () => {
    const unit = systemdUnit({ node: '/n', f2f: '/f', home: '/h' })
    // Each of these would hide the sockets of X and sound, forbid V8 its code, or need privileges.
    for (const key of ['PrivateTmp', 'PrivateUsers', 'ProtectHome', 'MemoryDenyWriteExecute'])
      assert.ok(!unit.includes(`${key}=`), key)
  })

  test('the autostart entry starts the unit where the desktop does not', () => {
    const exec = /^Exec=sh -c "([^"`$\\]*)"$/m.exec(autostartEntry())?.[1] ?? ''
    assert.match(exec, /is-active graphical-session.target \|\| systemctl --user restart /)
  })
})

suite('the files of other systems', (test) => {
  test.unless(missing('python3'), 'the launch agent has every path as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-plist-'))
    const file = join(folder, 'agent.plist')
    const program = { node: '/no "de" & <x>', f2f: '/f2f', home: '/Users/ä/my recorder' }
    await writeFile(file, launchAgent(program, '/log & more'))
    const script =
      'import plistlib,json,sys;print(json.dumps(plistlib.load(open(sys.argv[1],"rb"))))'
    const { ok, output, stdout } = await run('python3', ['-c', script, file])
    assert.ok(ok, output)
    const { ProgramArguments, KeepAlive, StandardErrorPath, Umask } = JSON.parse(stdout)
    const { node, f2f, home } = program
    assert.deepEqual(ProgramArguments, [node, f2f, 'serve', '--home', home])
    assert.deepEqual(
      { KeepAlive, StandardErrorPath, Umask },
      {
        KeepAlive: { SuccessfulExit: false },
        StandardErrorPath: '/log & more',
        Umask: 0o077,
      },
    )
  })

  test.unless(missing('python3'), 'the Windows task quotes every argument', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-task-'))
    const file = join(folder, 'task.xml')
    const program = { node: 'C:\\a & b\\node.exe', f2f: 'C:\\x y\\f2f.cjs', home: 'C:\\my home\\' }
    await writeFile(file, windowsTask(program, 'SHOP\\Änne'), 'utf16le')
    await chmod(file, 0o600)
    const script =
      'import sys,xml.etree.ElementTree as e\nfor x in e.parse(sys.argv[1]).iter(): print(x.tag.split("}")[-1], x.text)'
    const { ok, stdout, output } = await run('python3', ['-X', 'utf8', '-c', script, file])
    assert.ok(ok, output)
    assert.ok(stdout.includes('Command C:\\a & b\\node.exe\n'))
    // The last backslash is doubled: otherwise it would escape the quote.
    assert.ok(stdout.includes('Arguments "C:\\x y\\f2f.cjs" "serve" "--home" "C:\\my home\\\\"\n'))
    assert.ok(stdout.includes('UserId SHOP\\Änne\n'))
  })
})
