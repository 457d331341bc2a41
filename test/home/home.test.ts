import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { readDaemonFile, removeDaemonFile, writeDaemonFile } from '../../src/home/daemon-file.ts'
import { type Home, prepareHome, resolveHome } from '../../src/home/home.ts'
import { HomeError } from '../../src/home/home-error.ts'
import { processStart } from '../../src/home/process-start.ts'
import { eventually, suite } from '../support/suite.ts'

const posix = process.platform === 'win32' ? 'Windows does not use file modes' : null
const notLinux = process.platform === 'linux' ? null : 'only Linux tells when a process started'
/** Larger than any process id of the platforms. */
const NO_PROCESS = 2 ** 31 - 2
const daemon = {
  pid: process.pid,
  url: 'http://127.0.0.1:3887',
  startedAt: '2026-01-31T09:00:00.000Z',
}

const freshFolder = () => mkdtemp(join(tmpdir(), 'f2f-home-'))
const freshHome = async () => resolveHome(join(await freshFolder(), 'a', 'home'))
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

suite('where the home folder is', (test) => {
  test('--home wins over F2F_HOME, and F2F_HOME over the platform’s folder; relative paths become absolute', () => {
    const env = { F2F_HOME: '/b', XDG_DATA_HOME: '/c', HOME: '/home/anna' }
    assert.equal(resolveHome('a', env, 'linux').folder, resolve('a'))
    assert.equal(resolveHome(undefined, env, 'linux').folder, resolve('/b'))
    assert.equal(
      resolveHome('', { ...env, F2F_HOME: '' }, 'linux').folder,
      resolve('/c/f2f-recorder'),
    )
  })

  test('each platform uses its own folder for application data', () => {
    const folder = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform) =>
      resolveHome(undefined, env, platform).folder
    const HOME = resolve('/home/anna')
    assert.equal(folder({ HOME }, 'linux'), join(HOME, '.local', 'share', 'f2f-recorder'))
    assert.equal(
      folder({ HOME, XDG_DATA_HOME: 'relative' }, 'linux'),
      join(HOME, '.local', 'share', 'f2f-recorder'),
    )
    assert.equal(
      folder({ HOME }, 'darwin'),
      join(HOME, 'Library', 'Application Support', 'f2f-recorder'),
    )
    assert.equal(
      folder({ LOCALAPPDATA: resolve('/data') }, 'win32'),
      join(resolve('/data'), 'f2f-recorder'),
    )
  })

  test('an empty HOME is not the folder in which f2f runs', async () => {
    const program = "import('./src/home/home.ts').then((m) => console.log(m.resolveHome().folder))"
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
      env: { ...process.env, HOME: '', F2F_HOME: '', XDG_DATA_HOME: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const folder = (await text(child.stdout)).trim()
    assert.equal(folder, resolveHome(undefined, { HOME: userInfo().homedir }).folder)
  })

  test('every file of the recorder lies inside it', () => {
    const { folder, ...files } = resolveHome('/a')
    for (const file of Object.values(files)) assert.ok(file.startsWith(folder), file)
    assert.equal(new Set(Object.values(files)).size, Object.keys(files).length)
  })
})

suite('preparing the home folder', (test) => {
  test.unless(posix, 'only the user can read the home and recordings folders', async () => {
    const home = await freshHome()
    await prepareHome(home)
    assert.equal(await modeOf(home.folder), 0o700)
    assert.equal(await modeOf(home.recordingsFolder), 0o700)
  })

  test.unless(posix, 'a folder that became open is closed again and keeps its files', async () => {
    const home = await freshHome()
    await prepareHome(home)
    await writeFile(home.tokenFile, 'x')
    await chmod(home.folder, 0o755)
    await chmod(home.recordingsFolder, 0o777)
    await prepareHome(home)
    assert.equal(await modeOf(home.folder), 0o700)
    assert.equal(await modeOf(home.recordingsFolder), 0o700)
    assert.equal(await readFile(home.tokenFile, 'utf8'), 'x')
  })

  test.unless(
    posix,
    'a folder in use for something else is refused and stays open to others',
    async () => {
      const folder = await freshFolder()
      await mkdir(join(folder, 'pictures'))
      await chmod(folder, 0o755)
      await assert.rejects(prepareHome(resolveHome(folder)), HomeError)
      assert.equal(await modeOf(folder), 0o755)
      assert.deepEqual(await readdir(folder), ['pictures'])
    },
  )

  test('folders above the home folder are made, for the user only', async () => {
    const above = join(await freshFolder(), 'one')
    const home = resolveHome(join(above, 'two', 'home'))
    await Promise.all([prepareHome(home), prepareHome(home)])
    if (posix === null)
      assert.deepEqual(await Promise.all([above, home.folder].map(modeOf)), [0o700, 0o700])
  })

  const noProc = process.platform === 'linux' ? null : 'only Linux has /proc'
  test.unless(noProc, 'a home folder that cannot be made is named, and not tried for ever', () =>
    assert.rejects(prepareHome(resolveHome('/proc/f2f/home')), HomeError),
  )

  test('a file in the place of the home folder is named in the error', async () => {
    const file = join(await freshFolder(), 'file')
    await writeFile(file, '')
    await assert.rejects(
      prepareHome(resolveHome(file)),
      (error: Error) => error instanceof HomeError && error.message.includes(file),
    )
  })
})

suite('daemon.json', (test) => {
  const prepared = async (): Promise<Home> => {
    const home = await freshHome()
    await prepareHome(home)
    return home
  }

  test('announces a daemon to the user alone, and leaves no temporary file', async () => {
    const home = await prepared()
    assert.deepEqual(await readDaemonFile(home), { state: 'absent' })
    await writeDaemonFile(home, daemon)
    await writeDaemonFile(home, daemon)
    const start = await processStart(process.pid)
    const { dev, ino } = await stat(home.folder, { bigint: true })
    assert.deepEqual(await readDaemonFile(home), {
      state: 'running',
      daemon: {
        ...daemon,
        ...(start !== null && { processStart: start }),
        folder: { path: await realpath(home.folder), id: `${dev}:${ino}` },
      },
    })
    if (posix === null) assert.equal(await modeOf(home.daemonFile), 0o600)
    assert.deepEqual((await readdir(home.folder)).sort(), [
      'daemon.json',
      'exports',
      'keys',
      'recordings',
    ])
  })

  test.unless(notLinux, 'tells two lives of a process id apart by their start', async () => {
    const child = spawn('cat')
    try {
      const [own, later] = [await processStart(process.pid), await processStart(child.pid!)]
      assert.ok(own !== null && later !== null)
      assert.notEqual(later, own)
      assert.equal(await processStart(process.pid), own)
    } finally {
      child.kill('SIGKILL')
    }
  })

  test('is stale in a copy of the home: its recorder serves another folder', async () => {
    const home = await prepared()
    await writeDaemonFile(home, daemon)
    const copy = await prepared()
    await copyFile(home.daemonFile, copy.daemonFile)
    assert.equal((await readDaemonFile(home)).state, 'running')
    assert.equal((await readDaemonFile(copy)).state, 'stale')
  })

  test('is stale if its process has ended, or if it cannot be parsed', async () => {
    const home = await prepared()
    await writeDaemonFile(home, { ...daemon, pid: NO_PROCESS })
    assert.equal((await readDaemonFile(home)).state, 'stale')
    for (const text of [
      '',
      '{"pid":1',
      'null',
      '{"pid":0}',
      JSON.stringify({ ...daemon, url: 'http://example.com:80' }),
    ]) {
      await writeFile(home.daemonFile, text)
      assert.deepEqual(await readDaemonFile(home), { state: 'stale', daemon: null }, text)
    }
  })

  test.unless(notLinux, 'is stale if nobody has asked how its process ended', async () => {
    const home = await prepared()
    // The shell becomes a program that never asks.
    const shell = spawn('sh', ['-c', 'cat <&3 & echo $!; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    })
    try {
      const [line] = await once(shell.stdout!, 'data')
      const pid = Number(line)
      await writeDaemonFile(home, { ...daemon, pid })
      assert.equal((await readDaemonFile(home)).state, 'running')
      process.kill(pid, 'SIGKILL')
      await eventually(
        'the announcement is stale',
        async () => (await readDaemonFile(home)).state === 'stale',
      )
      assert.doesNotThrow(() => process.kill(pid, 0), 'its id is still taken')
    } finally {
      shell.kill('SIGKILL')
    }
  })

  test('is named with what to do when it is a folder', async () => {
    const home = await prepared()
    await mkdir(home.daemonFile)
    await assert.rejects(readDaemonFile(home), /daemon\.json is a folder\. Remove it/)
    await assert.rejects(writeDaemonFile(home, daemon), /daemon\.json is a folder\. Remove it/)
  })

  test('is removed by its own daemon only', async () => {
    const home = await prepared()
    await writeDaemonFile(home, daemon)
    await removeDaemonFile(home, NO_PROCESS)
    assert.equal((await readDaemonFile(home)).state, 'running')
    await removeDaemonFile(home)
    assert.equal((await readDaemonFile(home)).state, 'absent')
    await removeDaemonFile(home)
  })

  test('is absent if the home does not exist; writing it there is an error', async () => {
    const home = await freshHome()
    assert.equal((await readDaemonFile(home)).state, 'absent')
    await assert.rejects(writeDaemonFile(home, daemon), HomeError)
  })
})
