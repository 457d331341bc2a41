import assert from 'node:assert/strict'
import { pino } from 'pino'
import { linesByTurn } from '../src/lines-by-turn.ts'
import { createLogger } from '../src/logging.ts'
import { suite } from './support/suite.ts'

suite('the lines of the log', (test) => {
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

  function logger() {
    const written: string[][] = []
    const messagesOf = (lines: string): string[] =>
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).msg)
    const lines = linesByTurn({ write: (text) => written.push(messagesOf(text)) })
    return { written, lines, log: pino({}, lines) }
  }

  test('of one turn are written together, in their order', async () => {
    const { written, log } = logger()
    for (const message of ['one', 'two']) log.info(message)
    assert.deepEqual(written, [])
    await nextTurn()
    log.info('three')
    await nextTurn()
    assert.deepEqual(written, [['one', 'two'], ['three']])
  })

  test('from a warning on are written at once, with those before', () => {
    const { written, log } = logger()
    log.info('one')
    log.warn('two')
    log.error('three')
    log.child({}).fatal('four')
    assert.deepEqual(written, [['one', 'two'], ['three'], ['four']])
  })

  test('are of a level that F2F_LOG_LEVEL names, and a level that there is not is named', () => {
    assert.equal(createLogger({ F2F_LOG_LEVEL: 'error' }).level, 'error')
    assert.equal(createLogger({ F2F_LOG_LEVEL: '' }).level, 'info')
    const levels = /^F2F_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent\.$/
    assert.throws(() => createLogger({ F2F_LOG_LEVEL: 'loud' }), { message: levels })
  })

  test('are all written when the process ends', async () => {
    const { written, lines, log } = logger()
    log.info('one')
    lines.flushSync()
    await nextTurn()
    assert.deepEqual(written, [['one']])
  })
})
