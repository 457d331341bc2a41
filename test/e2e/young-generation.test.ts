import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { startDaemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'

/** Writes the size of V8's young generation when the daemon ends. */
const REPORT = `
import v8 from 'node:v8'
const isYoung = ({ space_name }) => space_name === 'new_space'
process.on('exit', () => {
  const { space_size } = v8.getHeapSpaceStatistics().find(isYoung)
  process.stderr.write('young generation: ' + space_size + ' bytes')
})`
/** As it begins: 1 MB. Loading the program with V8's own settings makes it 16 MB. */
const MOST_BYTES = 2.5 * 1_048_576

suite('the heap of the daemon', (test) => {
  test('has a young generation that loading the program has not made larger', async () => {
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(REPORT)}` }
    const daemon = await startDaemon({ env })
    try {
      assert.equal(await daemon.stop(), 0)
      const bytes = Number(/young generation: (\d+) bytes/.exec(daemon.stderr())?.[1])
      assert.ok(bytes < MOST_BYTES, `${bytes} bytes`)
    } finally {
      await rm(daemon.home, { recursive: true, force: true })
    }
  })
})
