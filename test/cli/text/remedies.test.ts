import assert from 'node:assert/strict'
import { COMMANDS } from '../../../src/cli/commands/commands.ts'
import { REMEDIES } from '../../../src/cli/text/problem-text.ts'
import { suite } from '../../support/suite.ts'

suite('remedies at a terminal', (test) => {
  test('name commands as they are, in full', () => {
    const known = [...COMMANDS.map(({ name }) => name), 'help']
    for (const [code, remedy] of Object.entries(REMEDIES))
      for (const [, line = ''] of remedy.matchAll(/`f2f ([^`]+)`/g))
        assert.ok(
          known.some((name) => line === name || line.startsWith(`${name} `)),
          `${code}: f2f ${line}`,
        )
  })
})
