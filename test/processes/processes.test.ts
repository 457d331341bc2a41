import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveQuality } from '../../src/contract/quality.ts'
import { exitProblem, lastLine } from '../../src/platform/capture-problem.ts'
import { startChild } from '../../src/processes/child-process.ts'
import { parentDeathPrefix } from '../../src/processes/parent-death-prefix.ts'
import { runTool } from '../../src/processes/run-tool.ts'
import { terminate } from '../../src/processes/terminate.ts'
import { CaptureBench } from '../actors/support/capture-bench.ts'
import { fakeProgram, IGNORES_SIGNALS } from '../actors/support/fake-program.ts'
import { holdThread } from '../support/hold-thread.ts'
import { eventually, suite } from '../support/suite.ts'

const env = process.env
const isRunning = (pid: number | undefined) => {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
const notLinux = process.platform === 'linux' ? null : 'looks into /proc'

suite('child processes', (test) => {
  const bench = new CaptureBench()
  test.after(() => bench.close())
  const program = (script: string) =>
    fakeProgram(bench.folder, `program-${Math.random().toString(36).slice(2)}`, script)

  test('all output of a process is delivered before its exit is reported', async () => {
    let bytes = 0
    const child = startChild(
      { program: 'head', args: ['-c', '5000000', '/dev/zero'] },
      { env, onStdout: (chunk) => (bytes += chunk.length) },
    )
    assert.deepEqual(await child.exited, { code: 0, signal: null, deliberate: false })
    assert.equal(bytes, 5_000_000)
  })

  test('a program that is missing or cannot be run is an exit, not an exception', async () => {
    const missing = startChild({ program: 'no-such-program', args: [] }, { env })
    assert.equal((await missing.exited).error?.code, 'ENOENT')
    assert.equal(missing.stdin, null)
    missing.kill('SIGKILL')
    const child = startChild({ program: process.execPath, args: ['x'.repeat(4_000_000)] }, { env })
    assert.equal((await child.exited).error?.code, 'E2BIG')
  })

  test('stderr is read to the end, and only its end is kept', async () => {
    const child = startChild(
      { program: program('seq 1 100000 >&2; echo last >&2'), args: [] },
      { env },
    )
    assert.equal((await child.exited).code, 0)
    assert.ok(child.stderr().length <= 4_096)
    assert.match(child.stderr(), /100000\nlast\n$/)
  })

  test.unless(
    notLinux,
    'terminate goes from asking to SIGKILL, and resolves when the process is gone',
    async () => {
      const deaf = startChild(
        { program: program(`trap '' TERM; echo up; ${IGNORES_SIGNALS}`), args: [] },
        { env, onStdout: () => ready() },
      )
      let ready = () => {}
      await new Promise<void>((resolve) => {
        ready = resolve
      })
      const exit = await terminate(deaf, [{ ask: 'SIGTERM', waitMs: 100 }])
      assert.deepEqual(exit, { code: null, signal: 'SIGKILL', deliberate: true })
      assert.equal(isRunning(deaf.pid), false)
    },
  )

  test.unless(notLinux, 'terminate ends a stopped process too', async () => {
    const child = startChild({ program: 'tail', args: ['-f', '/dev/null'] }, { env })
    process.kill(child.pid!, 'SIGSTOP')
    await terminate(child, [{ ask: 'SIGTERM', waitMs: 50 }])
    assert.equal(isRunning(child.pid), false)
  })

  test('terminate needs no force for a process that ends when it is asked', async () => {
    const child = startChild({ program: 'cat', args: [] }, { env, stdin: 'pipe' })
    const exit = await terminate(child, [{ ask: () => child.stdin?.end(), waitMs: 5_000 }])
    assert.deepEqual(exit, { code: 0, signal: null, deliberate: true })
  })

  test('a process that dies before it is asked to end does not count as ended on purpose', async () => {
    const child = startChild({ program: program('exit 3'), args: [] }, { env })
    await child.exited
    assert.equal((await terminate(child)).deliberate, false)
  })

  test('a descendant that keeps the pipes open does not delay the exit', async () => {
    const child = startChild({ program: program('sleep 3 & echo started'), args: [] }, { env })
    const started = performance.now()
    await child.exited
    assert.ok(performance.now() - started < 2_000)
  })

  test('a tool that hangs is ended at its limit', async () => {
    const result = await runTool(
      { program: program(IGNORES_SIGNALS), args: [] },
      { env, limitMs: 100 },
    )
    assert.equal(result.outcome, 'timeout')
    assert.equal(
      (await runTool({ program: 'no-such-program', args: [] }, { env, limitMs: 100 })).outcome,
      'notInstalled',
    )
  })

  test('a tool has its limit for itself: this process may be held meanwhile', async () => {
    const running = runTool({ program: program('echo done'), args: [] }, { env, limitMs: 500 })
    // Until the child runs, and longer than its limit.
    holdThread(1_000)
    assert.equal((await running).outcome, 'done')
  })

  test('a program that was held together with this process keeps its time to end', async () => {
    let ready = () => {}
    const isUp = new Promise<void>((resolve) => {
      ready = resolve
    })
    const script = `trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done`
    const child = startChild(
      { program: program(script), args: [] },
      { env, onStdout: () => ready() },
    )
    await isUp
    process.kill(child.pid!, 'SIGSTOP')
    const ending = terminate(child, [{ ask: 'SIGTERM', waitMs: 500 }])
    holdThread(600)
    process.kill(child.pid!, 'SIGCONT')
    assert.deepEqual(await ending, { code: 0, signal: null, deliberate: true })
  })

  const noPrefix = parentDeathPrefix().length > 0 ? null : 'setpriv --pdeathsig is not there'
  test.unless(
    noPrefix,
    'a child dies with its parent, even a stopped one when the parent gets kill -9',
    async () => {
      const source = join(import.meta.dirname, '../../src/processes/child-process.ts')
      const code = `import { startChild } from ${JSON.stringify(source)}
      const child = startChild({ program: 'tail', args: ['-f', '/dev/null'] }, { env: process.env })
      process.stdout.write(child.pid + '\\n')`
      const daemon = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', code],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      const [line] = (await once(daemon.stdout, 'data')) as [Buffer]
      const pid = Number(line.toString())
      await eventually(
        'the child is behind setpriv',
        () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'tail\n',
      )
      process.kill(pid, 'SIGSTOP')
      daemon.kill('SIGKILL')
      await eventually(
        'the child is gone',
        () => !existsSync(`/proc/${pid}`) || !isRunning(pid),
        2_000,
      )
    },
  )

  test.unless(
    notLinux,
    'a capture without a free file descriptor fails, and the daemon goes on',
    async () => {
      const platform = JSON.stringify(
        join(import.meta.dirname, '../../src/actors/capture-platform.ts'),
      )
      const quality = JSON.stringify(resolveQuality())
      const code = `import { createCapturePlatform } from ${platform}
      import { openSync } from 'node:fs'
      const silent = () => {}
      const platform = createCapturePlatform({ source: 'synthetic', logger: { debug: silent, info: silent, warn: silent, error: silent } })
      const device = await platform.resolve('mic', undefined)
      const capture = platform.capture('mic', (report) => report.type === 'capture.ended' && console.log(report.cause.code))
      try { for (;;) openSync('/dev/null') } catch {}
      capture.send({ type: 'capture.open', plan: { medium: 'mic', number: 1, folder: '/nowhere', device, quality: ${quality} } })`
      const args = ['--import', 'tsx', '--input-type=module', '-e', code]
      const daemon = spawn(
        'sh',
        ['-c', 'ulimit -n 200; exec "$@"', 'sh', process.execPath, ...args],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      let said = ''
      daemon.stdout.on('data', (chunk: Buffer) => {
        said += chunk
      })
      assert.deepEqual(await once(daemon, 'close'), [0, null])
      assert.equal(said, 'CAPTURE_FAILED\n')
    },
  )

  test('the last message of a program is part of the error, without addresses', async () => {
    const script = `echo "[x11grab @ 0x5581c0ffee] Cannot open display :9, error 1." >&2; echo ":9: Input/output error" >&2; exit 1`
    const child = startChild({ program: program(script), args: [] }, { env })
    const problem = exitProblem('The screen capture', child, await child.exited)
    assert.deepEqual([problem.code, problem.reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
    assert.equal(
      problem.detail,
      'The screen capture ended by itself (code 1). Its last message: “:9: Input/output error”.',
    )
    assert.equal(lastLine('[libopus @ 0x1f] bad \u001b[31mvalue\n\n'), '[libopus] bad  [31mvalue')
    assert.ok(lastLine('x'.repeat(10_000)).length <= 200)
  })
})
