import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F2F, startDaemon } from '../../lab/daemon.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { readDaemonFile } from '../../src/home/daemon-file.ts'
import { type Home, resolveHome } from '../../src/home/home.ts'
import { findProgram } from '../../src/processes/find-program.ts'
import { eventually, suite } from '../support/suite.ts'

const noTerminal = findProgram('script', process.env) === null ? '`script` is missing' : null
const LIMIT_MS = 20_000

/** Starts the daemon in a terminal of its own; resolves with its process id when it listens. */
async function startInTerminal(home: Home) {
  const line = `exec '${process.execPath}' '${F2F}' serve --home '${home.folder}' --port 0 --source synthetic`
  const terminal = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, F2F_KEY_STORE: 'file' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const running = await eventually(
    'the daemon listens',
    async () => {
      const found = await readDaemonFile(home).catch(() => undefined)
      if (found?.state !== 'running') return false
      const ping = await fetch(`${found.daemon.url}/v1/ping`).catch(() => undefined)
      return ping?.status === 200 && found.daemon
    },
    LIMIT_MS,
  )
  return { terminal, ...running }
}

suite('a recorder in a terminal', (test) => {
  let running: number | undefined
  test.after(async () => {
    if (running !== undefined) process.kill(running, 'SIGKILL')
  })

  test.unless(
    noTerminal,
    'ends properly when the terminal is closed, and its recording with it',
    async () => {
      const home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-home-')))
      const { terminal, url, pid } = await startInTerminal(home)
      running = pid
      const headers = {
        authorization: `Bearer ${(await readFile(home.tokenFile, 'utf8')).trim()}`,
        'content-type': 'application/json',
      }
      const body = JSON.stringify({ media: ['mic'] })
      const started = await fetch(`${url}/v1/recordings`, { method: 'POST', headers, body })
      assert.equal(started.status, 201)
      process.kill(pid, 'SIGHUP')
      await eventually(
        'the daemon goes on after SIGHUP',
        async () => (await fetch(`${url}/v1/application`, { headers })).ok,
      )
      terminal.kill('SIGKILL')
      await eventually(
        'the announcement is gone',
        async () => (await readDaemonFile(home)).state === 'absent',
        LIMIT_MS,
      )
      running = undefined
      const { id } = (await started.json()) as { id: string }
      const next = await startDaemon({ home: home.folder })
      const { items } = (await next.api('GET', `/recordings/${id}/events`)).body
      const end = items.find(({ type }: LogEvent) => type === 'recording.wrapUpStarted')
      assert.equal(end?.data.reason, 'shutdown')
      await next.stop()
    },
  )
})
