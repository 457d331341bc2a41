import assert from 'node:assert/strict'
import { allExamples, examplesOf, writeExamples } from '../../scripts/docs/log-examples.ts'
import { makeVectors } from '../../scripts/docs/log-vectors.ts'
import { EVENT_TYPES } from '../../src/contract/event-types.ts'
import { FINDING_CODES } from '../../src/contract/verification.ts'
import { hasSealedMembers } from '../../src/store/sealing/sealed-members.ts'
import { verifyConsistency } from '../../src/tlog/verify-proofs.ts'
import { suite } from '../support/suite.ts'
import { readPage, section, tableRows } from './support/markdown.ts'

const PAGE = readPage('docs/log-format.md')
const VECTORS = JSON.parse(readPage('docs/log-format/vectors.json'))

suite('docs/log-format.md', (test) => {
  test('has the test vectors that the sources make, and their examples', async () => {
    const vectors = await makeVectors(VECTORS)
    assert.deepEqual(VECTORS, JSON.parse(JSON.stringify(vectors)), 'Run `npm run log-vectors`.')
    assert.equal(PAGE, writeExamples(PAGE, vectors), 'Run `npm run log-vectors`.')
    assert.deepEqual(examplesOf(PAGE).sort(), allExamples().sort())
  })

  test('has vectors of consistency that hold', () => {
    const head = (size: number) => {
      const { root } = VECTORS.checkpoints.find((one: { size: number }) => one.size === size)
      return { size, root: Buffer.from(root, 'hex') }
    }
    for (const { from, to, proof } of VECTORS.consistency) {
      const hashes = proof.map((text: string) => Buffer.from(text, 'base64'))
      assert.ok(verifyConsistency(head(from), head(to), hashes), `${from} to ${to}`)
    }
  })

  test('lists the events with members that are stored sealed', () => {
    const listed = tableRows(section(PAGE, 'Sealed values').text).flatMap(([types = '']) => [
      ...types.matchAll(/`([^`]+)`/g),
    ])
    assert.deepEqual(
      listed.map((match) => match[1]).sort(),
      EVENT_TYPES.filter(hasSealedMembers).sort(),
    )
  })

  test('explains every finding of tools/verify.py, and no other', () => {
    const source = readPage('tools/verify.py')
    const made = [...source.matchAll(/\.wrong\(\s*'(\w+)'/g)]
    const checks = PAGE.slice(PAGE.indexOf('## What a verifier checks'))
    const cells = [...checks.matchAll(/^\|([^|]+)\|/gm)].map(([, cell = '']) => cell)
    const explained = [...`${cells.join()} \`unreadable\``.matchAll(/`(\w+)`/g)]
    const words = (matches: RegExpMatchArray[]) => new Set(matches.map(([, word]) => word))
    const codes = words([...made, ...source.matchAll(/'(logRolledBack)'/g)])
    assert.deepEqual([...words(explained)].sort(), [...codes].sort())
    // Views as such need the folds of the recorder, and its replay needs its machines.
    const elsewhere = ['replayWrong']
    assert.deepEqual(
      FINDING_CODES.filter((code) => !codes.has(code)),
      elsewhere,
    )
  })
})
