import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { F2F } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import { type StubAnswer, startStub } from './support/stub.ts'

/** Presses Ctrl-C while a request is not answered. */
async function interrupt(args: string[], request: string) {
  let release = (): void => {}
  const hold = new Promise<void>((resolve) => {
    release = resolve
  })
  let received = (): void => {}
  const isReceived = new Promise<void>((resolve) => {
    received = resolve
  })
  const answer = (): StubAnswer => {
    received()
    return { hold, body: {} }
  }
  const stub = await startStub({ [request]: answer })
  const child = spawn(process.execPath, [F2F, ...args, '--home', stub.home.folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said = text(child.stderr)
  const exited = once(child, 'exit')
  await isReceived
  child.kill('SIGINT')
  const [, signal] = await exited
  release()
  await stub.close()
  return { signal, stderr: await said }
}

suite('f2f that is interrupted while it waits for an answer', (test) => {
  test('says that the recorder may carry the command out all the same', async () => {
    const { signal, stderr } = await interrupt(['start', 'mic'], 'POST /v1/recordings')
    assert.equal(signal, 'SIGINT')
    assert.match(stderr, /may have taken effect all the same\. Check with `f2f status`/)
  })

  test('says nothing when it only reads', async () => {
    const { signal, stderr } = await interrupt(['status'], 'GET /v1/application')
    assert.equal(signal, 'SIGINT')
    assert.equal(stderr, '')
  })
})
