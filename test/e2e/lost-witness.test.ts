import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { ofType, wholeLog } from './support/history.ts'

suite('a home whose witness is lost', (test) => {
  test('is opened only after a person has accepted that, and the log says so', async () => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-witness-'))
    const witness = join(home, 'log.witness')
    let daemon = await startDaemon({ home })
    try {
      await eventually('the witness is there', () => existsSync(witness))
      daemon.kill()
      await daemon.exited
      rmSync(witness)
      await assert.rejects(startDaemon({ home }), ({ message }: Error) => {
        assert.match(message, /ended with code 1 before it was ready/)
        assert.match(message, /witness file of the log is missing/)
        assert.match(message, /f2f serve --accept-lost-witness/)
        return true
      })
      assert.ok(!existsSync(witness), 'nothing was changed')
      daemon = await startDaemon({ home, args: ['--accept-lost-witness'] })
      assert.ok(existsSync(witness))
      daemon.kill()
      await daemon.exited
      daemon = await startDaemon({ home })
      const starts: number[] = []
      const log = await wholeLog(daemon, ({ type, position }) => {
        if (type === 'daemon.started') starts.push(position)
        return starts.length === 3
      })
      const [lost, ...others] = ofType(log, 'log.witnessLost')
      assert.deepEqual(others, [])
      assert.ok(lost && lost.position > starts[0]! && lost.position < starts[1]!)
      const { position, witnessedAt, unknownRecordings } = lost.data
      assert.deepEqual(
        [position, witnessedAt, unknownRecordings],
        [lost.position - 1, starts[0], 0],
      )
    } finally {
      await daemon.stop()
      await rm(home, { recursive: true, force: true })
    }
  })
})
