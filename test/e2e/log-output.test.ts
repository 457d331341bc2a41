import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { readDaemonFile } from '../../src/home/daemon-file.ts'
import { resolveHome } from '../../src/home/home.ts'
import { findProgram } from '../../src/processes/find-program.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { createFaultDisk, faultDiskProblem } from './support/fault-disk.ts'
import { notLinux } from './support/observed-daemon.ts'

/** More lines than a pipe or a terminal holds. */
const MANY = 500
const AT_A_TIME = 20
const noDisk = await faultDiskProblem()
const noFull = existsSync('/dev/full') ? null : 'this system has no /dev/full'
const noTerminal = findProgram('script', process.env) === null ? '`script` is missing' : null

type Ask = (method: string, path: string) => Promise<number>

/** Has the daemon log many lines while it records, then pauses and ends the recording. */
async function recordWhileLogging(ask: Ask, lines = MANY): Promise<void> {
  assert.equal(await ask('POST', '/recordings'), 201)
  for (let sent = 0; sent < lines; sent += AT_A_TIME)
    await Promise.all(Array.from({ length: AT_A_TIME }, () => ask('GET', '/application')))
  assert.equal(await ask('POST', '/recordings/current/pause'), 200)
  assert.equal(await ask('POST', '/recordings/current/stop'), 200)
}

suite('the log of the daemon’s own messages', (test) => {
  let daemon: TestDaemon | undefined
  test.afterEach(async () => {
    await daemon?.stop()
    if (daemon !== undefined) await rm(daemon.home, { recursive: true, force: true })
    daemon = undefined
  })
  const env = { F2F_LOG_LEVEL: 'debug' }
  const askOf =
    ({ api }: TestDaemon): Ask =>
    async (method, path) =>
      (await api(method, path)).status

  test.unless(notLinux, 'that nobody reads stops neither a recording nor a pause', async () => {
    const fifo = join(await mkdtemp(join(tmpdir(), 'f2f-fifo-')), 'stderr')
    execFileSync('mkfifo', [fifo])
    // Open for both, so that neither side waits for the other. It is never read.
    const unread = openSync(fifo, 'r+')
    const launcher = ['/bin/sh', '-c', `exec "$@" 2>'${fifo}'`, 'sh']
    daemon = await startDaemon({ env, launcher })
    await recordWhileLogging(askOf(daemon))
    assert.equal(await daemon.stop(), 0)
    closeSync(unread)
  })

  test.unless(noFull, 'goes on a full disk without an end of the recorder', async () => {
    const launcher = ['/bin/sh', '-c', 'exec "$@" 2>/dev/full', 'sh']
    daemon = await startDaemon({ env, launcher })
    await recordWhileLogging(askOf(daemon), AT_A_TIME)
    assert.equal(await daemon.stop(), 0)
  })

  test.unless(noDisk, 'in a file of a disk that does not answer stops no pause', async () => {
    const disk = createFaultDisk()
    const file = join(disk.folder, 'log')
    try {
      const launcher = ['/bin/sh', '-c', `exec "$@" 2>'${file}'`, 'sh']
      daemon = await startDaemon({ env, launcher })
      disk.freeze()
      await recordWhileLogging(askOf(daemon), AT_A_TIME)
      disk.thaw()
      assert.equal(await daemon.stop(), 0)
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
      const messages = lines.map((line) => JSON.parse(line).msg)
      const requests = messages.filter((message) => message === 'request')
      assert.ok(requests.length >= AT_A_TIME, `only ${requests.length} requests were logged`)
    } finally {
      disk.heal()
      await disk.remove()
    }
  })

  test.unless(noTerminal, 'stops nothing in a terminal that stands still', async () => {
    const home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-home-')))
    const line = `exec '${process.execPath}' '${F2F}' serve --home '${home.folder}' --port 0 --source synthetic`
    const terminal = spawn('script', ['-qec', line, '/dev/null'], {
      env: { ...process.env, ...env, F2F_KEY_STORE: 'file' },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const { url, pid } = await eventually(
      'the daemon listens',
      async () => {
        const found = await readDaemonFile(home).catch(() => undefined)
        if (found?.state !== 'running') return false
        const ping = await fetch(`${found.daemon.url}/v1/ping`).catch(() => undefined)
        return ping?.status === 200 && found.daemon
      },
      20_000,
    )
    try {
      const authorization = `Bearer ${(await readFile(home.tokenFile, 'utf8')).trim()}`
      terminal.kill('SIGSTOP')
      await recordWhileLogging(async (method, path) => {
        const answer = await fetch(`${url}/v1${path}`, { method, headers: { authorization } })
        await answer.text()
        return answer.status
      })
      process.kill(pid, 'SIGTERM')
      await eventually('it has ended', () => !existsSync(`/proc/${pid}/exe`), 10_000)
    } finally {
      terminal.kill('SIGKILL')
      if (existsSync(`/proc/${pid}/exe`)) process.kill(pid, 'SIGKILL')
      await rm(home.folder, { recursive: true, force: true })
    }
  })
})
