import assert from 'node:assert/strict'
import { GroupCommit } from '../../../src/store/writing/group-commit.ts'
import { suite } from '../../support/suite.ts'

/** A group commit of words, whose writes end when the test says so. */
function words() {
  const log: string[] = []
  const writes: PromiseWithResolvers<void>[] = []
  const started: (() => void)[] = []
  const commits = new GroupCommit<string[]>({
    create: () => [],
    write: (group) => {
      log.push(`write ${group}`)
      const write = deferred()
      writes.push(write)
      started.shift()?.()
      return write.promise
    },
    committed: (group) => log.push(`committed ${group}`),
    failed: (error) => error as Error,
  })
  const add = (word: string) => {
    const joined = commits.join((group) => group.push(word))
    return joined.then(
      () => void log.push(`${word} answered`),
      (error: Error) => void log.push(`${word} ${error.message}`),
    )
  }
  const nextWrite = () => new Promise<void>((resolve) => started.push(resolve))
  return { log, writes, commits, add, nextWrite }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: Error) => void
}

function deferred(): PromiseWithResolvers<void> {
  let resolve: () => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone
    reject = onFailed
  })
  return { promise, resolve, reject }
}

suite('group commit', (test) => {
  test('writes one group at a time, and everything that came meanwhile together', async () => {
    const { log, writes, commits, add, nextWrite } = words()
    const first = nextWrite()
    const answers = [add('a'), add('b')]
    await first
    answers.push(add('c'), add('d'))
    await new Promise(setImmediate)
    assert.equal(writes.length, 1)
    const second = nextWrite()
    writes[0]?.resolve()
    await second
    writes[1]?.resolve()
    await Promise.all(answers)
    assert.deepEqual(log, [
      'write a,b',
      'committed a,b',
      'a answered',
      'b answered',
      'write c,d',
      'committed c,d',
      'c answered',
      'd answered',
    ])
    await commits.idle()
  })

  test('a failed write rejects everything that waits after it, in order', async () => {
    const { log, writes, commits, add, nextWrite } = words()
    const first = nextWrite()
    const answers = [add('a'), add('b')]
    await first
    answers.push(add('c'))
    writes[0]?.reject(new Error('failed'))
    await Promise.all(answers)
    assert.deepEqual(log, ['write a,b', 'a failed', 'b failed', 'c failed'])
    await commits.idle()
    assert.equal(writes.length, 1)
  })

  test('that is abandoned writes nothing more, and nobody learns how its write ends', async () => {
    const { log, writes, commits, add, nextWrite } = words()
    const first = nextWrite()
    const answers = [add('a')]
    await first
    answers.push(add('b'))
    commits.abandon(new Error('abandoned'))
    await Promise.all(answers)
    assert.equal(commits.isBusy, true, 'the write is still under way')
    writes[0]?.resolve()
    await commits.idle()
    assert.deepEqual(log, ['write a', 'a abandoned', 'b abandoned'])
  })

  test('that is abandoned before its first write is idle', async () => {
    const { log, commits, add } = words()
    const answer = add('a')
    const idle = commits.idle()
    commits.abandon(new Error('abandoned'))
    await Promise.all([answer, idle])
    await new Promise(setImmediate)
    assert.deepEqual(log, ['a abandoned'])
  })

  test('is idle when nothing is waiting or being written', async () => {
    const { writes, commits, add, nextWrite } = words()
    await commits.idle()
    const first = nextWrite()
    const answer = add('a')
    let idle = false
    const waiting = commits.idle().then(() => {
      idle = true
    })
    await first
    assert.equal(idle, false)
    writes[0]?.resolve()
    await Promise.all([answer, waiting])
  })
})
