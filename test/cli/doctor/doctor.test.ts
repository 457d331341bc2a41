import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, stat, statfs, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkRecorder } from '../../../src/cli/commands/doctor.ts'
import { createApi } from '../../../src/cli/connection/api.ts'
import { checkDisk, checkNode, checkSession } from '../../../src/cli/doctor/checks.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { ReadinessCheck } from '../../../src/contract/views.ts'
import { type Home, resolveHome } from '../../../src/home/home.ts'
import { suite } from '../../support/suite.ts'
import { application } from '../support/samples.ts'
import { f2f, freshHome, problem, startStub } from '../support/stub.ts'

const posix = process.platform === 'win32' ? 'Windows does not use file modes' : null
const linux = process.platform === 'linux' ? null : 'the environment shows this on Linux only'

/** Creates a folder for PATH with programs of these names. */
async function pathWith(...programs: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-path-'))
  for (const program of programs) await symlink(process.execPath, join(folder, program))
  return folder
}

async function checks(home: Home, env: NodeJS.ProcessEnv) {
  const ran = await f2f(['doctor', '--json'], { home, env })
  const { ok, checks: list } = ran.json()
  assert.equal(ran.code, ok ? 0 : 1)
  type Line = { name: string; result: string; detail: string; remedy?: string }
  for (const line of list as Line[])
    if (line.result === 'failed') assert.ok(line.remedy, `${line.name} has a remedy`)
  return { ok, of: (name: string) => (list as Line[]).find((line) => line.name === name) }
}

suite('doctor', (test) => {
  test.unless(
    linux,
    'nothing fails on a complete computer, and the remedy explains how to start the recorder',
    async () => {
      const home = await freshHome()
      const PULSE_SERVER = join(home.folder, 'sound-server')
      await writeFile(PULSE_SERVER, '')
      const env = { PATH: await pathWith('ffmpeg'), DISPLAY: ':7', PULSE_SERVER }
      const { ok, of } = await checks(home, env)
      assert.equal(ok, true)
      assert.equal(of('Recorder')?.result, 'note')
      assert.match(of('Recorder')?.remedy ?? '', /f2f serve/)
      assert.equal(of('Sound')?.result, 'ok')
      assert.match(of('Devices')?.remedy ?? '', /f2f serve/)
      const shown = await f2f(['doctor'], { home, env })
      assert.equal(shown.code, 0)
      assert.match(shown.stdout, /No check failed/)
    },
  )

  test('names a home folder that cannot be created', async () => {
    const file = join((await freshHome()).folder, 'file')
    await writeFile(file, '')
    const home = resolveHome(join(file, 'home', 'f2f'))
    const { ok, of } = await checks(home, {})
    assert.equal(ok, false)
    assert.equal(of('Home folder')?.result, 'failed')
    assert.match(of('Home folder')?.detail ?? '', /file is no folder/)
  })

  test('creates no file or folder', async () => {
    const home = resolveHome(join((await freshHome()).folder, 'not-yet'))
    const { of } = await checks(home, {})
    assert.equal(of('Home folder')?.result, 'note')
    await assert.rejects(stat(home.folder), { code: 'ENOENT' })
  })

  test('a configured ffmpeg that is not a program fails, even with another on the PATH', async () => {
    const home = await freshHome()
    const env = { PATH: await pathWith('ffmpeg'), FFMPEG_BIN: join(home.folder, 'nothing') }
    assert.match((await checks(home, env)).of('ffmpeg')?.detail ?? '', /FFMPEG_BIN/)
    await writeFile(home.configFile, JSON.stringify({ ffmpegPath: process.execPath }))
    assert.equal((await checks(home, env)).of('ffmpeg')?.result, 'ok')
  })

  test('a broken configuration fails, and the other checks still run', async () => {
    const home = await freshHome()
    await writeFile(home.configFile, '{"prot": 1}')
    const { ok, of } = await checks(home, {})
    assert.equal(ok, false)
    assert.match(of('Configuration')?.detail ?? '', /Line 1, column 2 .*"prot" is not a known key/)
    assert.ok(of('Disk'))
  })

  test.unless(posix, 'a home folder or token that other users can read fails', async () => {
    const home = await freshHome()
    await writeFile(home.tokenFile, 'x', { mode: 0o600 })
    assert.equal((await checks(home, {})).of('Home folder')?.result, 'ok')
    await chmod(home.tokenFile, 0o644)
    assert.match((await checks(home, {})).of('Home folder')?.detail ?? '', /token .*644/)
    await chmod(home.folder, 0o755)
    assert.match((await checks(home, {})).of('Home folder')?.detail ?? '', /mode 755/)
  })

  const passed = (id: ReadinessCheck['id'], medium?: Medium): ReadinessCheck => ({
    id,
    ...(medium ? { medium } : {}),
    result: 'pass',
    detail: `Detail of ${id}.`,
  })
  const readiness = (...checks: ReadinessCheck[]) => ({
    body: {
      ready: checks.every(({ result }) => result !== 'fail'),
      at: '2026-01-31T09:00:00.000Z',
      checks,
    },
  })

  test('shows the checks of a running recorder', async () => {
    const { home, close } = await startStub({
      'GET /v1/application': { body: application() },
      'GET /v1/readiness': readiness(
        passed('device', 'mic'),
        {
          id: 'level',
          medium: 'mic',
          result: 'fail',
          detail: 'Digital silence.',
          remedy: 'Check its cable.',
        },
        {
          id: 'mute',
          medium: 'speaker',
          result: 'warn',
          detail: 'Muted.',
          remedy: 'Switch its mute off.',
        },
        passed('encoder'),
        passed('disk'),
        passed('log'),
      ),
    })
    try {
      const { ok, of } = await checks(home, {})
      assert.equal(ok, false)
      assert.deepEqual(of('mic'), { name: 'mic', result: 'ok', detail: 'Detail of device.' })
      assert.deepEqual(of('mic level'), {
        name: 'mic level',
        result: 'failed',
        detail: 'Digital silence.',
        remedy: 'Check its cable.',
      })
      assert.equal(of('speaker mute')?.result, 'note')
      for (const name of ['Recorder', 'Encoder', 'Disk', 'Log'])
        assert.equal(of(name)?.result, 'ok', name)
      assert.equal(of('Sound'), undefined, 'the session’s environment is not checked')
      const { code, stdout } = await f2f(['doctor'], { home })
      assert.equal(code, 1)
      assert.match(stdout, /^FAILED {2}mic level +Digital silence\.\n +-> Check its cable\.$/m)
      assert.match(stdout, /1 of \d+ checks failed/)
    } finally {
      await close()
    }
  })

  test('names the sound server, and says how and from what the screen is captured', async () => {
    const servers = {
      sound: { name: 'PipeWire', version: '0.3.65' },
      screen: {
        way: 'portal',
        reason: 'XDG_SESSION_TYPE is wayland.',
        server: { name: 'GNOME', version: null },
        parts: [{ name: 'GStreamer', version: '1.22.0' }],
      },
    }
    const { body } = readiness(passed('encoder'))
    const { home, close } = await startStub({
      'GET /v1/application': { body: application() },
      'GET /v1/readiness': { body: { ...body, servers } },
    })
    try {
      const { stdout } = await f2f(['doctor'], { home })
      assert.match(stdout, /Sound server +Sound is captured from PipeWire 0\.3\.65\./)
      const text = stdout.replace(/\s+/g, ' ')
      assert.match(text, /through the desktop portal of GNOME: XDG_SESSION_TYPE is wayland\./)
      assert.match(text, /Found: GStreamer 1\.22\.0\./)
      assert.deepEqual((await f2f(['doctor', '--json'], { home })).json().servers, servers)
    } finally {
      await close()
    }
  })

  test('warnings do not fail, and each condition is reported once', async () => {
    const since = '2026-01-31T09:00:00.000Z'
    const { home, close } = await startStub({
      'GET /v1/application': {
        body: application({
          state: 'Error',
          errors: [
            { code: 'STORAGE_LOW', message: 'The disk is getting full.', since },
            { code: 'SOURCE_MUTED', medium: 'mic', message: 'It is muted.', since },
            {
              code: 'PAUSE_OVERDUE',
              medium: 'screen',
              message: 'The pause was to be over.',
              since,
            },
          ],
        }),
      },
      'GET /v1/readiness': readiness(
        {
          id: 'mute',
          medium: 'mic',
          result: 'warn',
          detail: 'The device is muted.',
          remedy: 'Switch its mute off.',
        },
        passed('delivering', 'screen'),
        { id: 'disk', result: 'warn', detail: 'Little is free.', remedy: 'Free space.' },
        { id: 'lock', result: 'warn', detail: 'No logind.', remedy: 'Pause by hand.' },
      ),
    })
    try {
      const ran = await f2f(['doctor', '--json'], { home })
      assert.equal(ran.code, 0)
      const names = ran
        .json()
        .checks.flatMap(({ name, result }: { name: string; result: string }) =>
          result === 'ok' ? [] : [name],
        )
      assert.deepEqual(names.sort(), ['Disk', 'Screen lock', 'mic mute', 'screen'])
    } finally {
      await close()
    }
  })

  test('a long detail is broken into lines', async () => {
    const long = 'It does not deliver: '.repeat(12).trim()
    const { home, close } = await startStub({
      'GET /v1/application': { body: application() },
      'GET /v1/readiness': readiness({
        id: 'delivering',
        medium: 'screen',
        result: 'fail',
        detail: long,
        remedy: long,
      }),
    })
    try {
      const { stdout } = await f2f(['doctor'], { home })
      assert.ok(
        stdout.split('\n').every((line) => line.length <= 110),
        stdout,
      )
    } finally {
      await close()
    }
  })

  test('a recorder that hangs is named, with what to do, and is not waited for', async () => {
    let release = () => {}
    const hold = new Promise<void>((resolve) => {
      release = resolve
    })
    const { home, close } = await startStub({ 'GET /v1/application': { hold } })
    try {
      const found = await checkRecorder(createApi(home), 100)
      assert.ok('code' in found)
      assert.equal(found.code, 'NO_ANSWER')
      assert.match(found.detail ?? '', /Process \d+ has not answered within 0\.1 seconds\./)
      assert.match(found.remedy ?? '', /end process \d+ and start the recorder again/)
    } finally {
      release()
      await close()
    }
  })

  test('a recorder that answers with a problem fails', async () => {
    const { home, close } = await startStub({
      'GET /v1/application': problem(503, 'NOT_READY', { remedy: 'Try again.' }),
    })
    try {
      assert.match((await checks(home, {})).of('Recorder')?.detail ?? '', /NOT_READY/)
    } finally {
      await close()
    }
  })

  test('an old Node.js, a Wayland session without grant and a missing display fail', async () => {
    const home = await freshHome()
    assert.deepEqual(
      ['20.18.9', '18.20.0', '20.19.0', '24.0.0'].map((version) => checkNode(version).result),
      ['failed', 'failed', 'ok', 'ok'],
    )
    const screen = async (env: NodeJS.ProcessEnv) =>
      (await checkSession(home, env, 'linux')).find(({ name }) => name === 'Screen')
    const wayland = { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }
    assert.match((await screen(wayland))?.remedy ?? '', /apt-get install gstreamer1\.0-tools/)
    const folder = await pathWith('gst-launch-1.0')
    const remedy = (await screen({ ...wayland, PATH: folder }))?.remedy ?? ''
    assert.match(remedy, /f2f setup screen/)
    await writeFile(home.screenGrantsFile, '')
    const { result, detail } = (await screen({ ...wayland, PATH: folder }))!
    assert.equal(result, 'ok', detail)
    assert.match(detail, /Wayland.*through the desktop portal/)
    assert.match((await screen({}))?.detail ?? '', /DISPLAY/)
    assert.deepEqual(await checkSession(home, {}, 'darwin'), [])
  })

  test('a disk below the reserve fails; one close to it is a note', async () => {
    const home = await freshHome()
    assert.equal((await checkDisk(home, { reserveBytes: 1e15 })).result, 'failed')
    assert.equal((await checkDisk(home, { reserveBytes: 0 })).result, 'ok')
    const { bavail, bsize } = await statfs(home.folder)
    assert.equal(
      (await checkDisk(home, { reserveBytes: bavail * bsize - 500_000_000 })).result,
      'note',
    )
  })

  test('a folder with the name of a program is not taken for it', async () => {
    const home = await freshHome()
    const folder = await pathWith()
    await mkdir(join(folder, 'ffmpeg'))
    const detail = (await checks(home, { PATH: folder })).of('ffmpeg')?.detail ?? ''
    assert.ok(!detail.includes(join(folder, 'ffmpeg')), detail)
  })
})
