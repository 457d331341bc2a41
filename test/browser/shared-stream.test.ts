import assert from 'node:assert/strict'
import { openSharedStream } from '../../src/ui/live/shared-stream.ts'
import { suite } from '../support/suite.ts'

suite('the stream that windows share', (test) => {
  const { now } = performance
  const names = ['SharedWorker', 'document', 'addEventListener'] as const
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))
  let ms = 0
  let speak: (news: object) => void = () => {}

  test.before(() => {
    performance.now = () => ms
    class Worker {
      port: { postMessage(): void; onmessage: ((event: object) => void) | null } = {
        postMessage() {},
        onmessage: null,
      }
      constructor() {
        speak = (data) => this.port.onmessage?.({ data })
      }
    }
    const stand = { SharedWorker: Worker, document: { querySelector: () => null } }
    Object.assign(globalThis, stand, { addEventListener() {} })
  })
  test.after(() => {
    performance.now = now
    for (const [index, name] of names.entries()) {
      const descriptor = before[index]
      if (descriptor) Object.defineProperty(globalThis, name, descriptor)
      else Reflect.deleteProperty(globalThis, name)
    }
  })

  test('is replaced by a window’s own when its worker is silent while the recorder answers', () => {
    let own = 0
    const openOwn = () => {
      own++
      return { retry() {} }
    }
    const told: object[] = []
    const stream = openSharedStream((news) => told.push(news), openOwn)
    speak({ state: 'open' })
    ms += 2_000
    stream.observeAnswer()
    speak({ pulse: 'ready' })
    ms += 2_000
    stream.observeAnswer()
    assert.deepEqual([own, told.length], [0, 2])
    ms += 2_000
    stream.observeAnswer()
    stream.observeAnswer()
    assert.equal(own, 1)
    speak({ state: 'open' })
    assert.equal(told.length, 2, 'the window listens to one of them')
  })
})
