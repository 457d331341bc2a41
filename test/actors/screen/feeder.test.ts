import assert from 'node:assert/strict'
import { Feeder, type FeederParts } from '../../../src/actors/screen/feeder.ts'
import type { Child, ChildCommand } from '../../../src/processes/child-process.ts'
import { latch } from '../../support/latch.ts'
import { suite } from '../../support/suite.ts'

suite('the feeder of an encoder', (test) => {
  const encoder = { stdin: null } as Child
  let problems: unknown[]
  let started: number
  test.beforeEach(() => {
    problems = []
    started = 0
  })
  const parts: FeederParts = {
    ...{ encoder, env: {} },
    start: () => {
      started++
      return encoder
    },
    onProblem: (error) => problems.push(error),
  }

  test('tells why there is no program', async () => {
    const error = new Error('The portal has no session.')
    new Feeder(Promise.reject(error), parts)
    await Promise.resolve()
    await Promise.resolve()
    assert.deepEqual([problems, started], [[error], 0])
  })

  test('that was stopped before tells nothing: the end of its session is its own end', async () => {
    const shared = latch()
    const command: Promise<ChildCommand> = shared.opened.then(() => {
      throw new Error('The session of the portal has ended.')
    })
    const feeder = new Feeder(command, parts)
    await feeder.stop()
    shared.open()
    await command.catch(() => {})
    await Promise.resolve()
    assert.deepEqual([problems, started], [[], 0])
  })
})
