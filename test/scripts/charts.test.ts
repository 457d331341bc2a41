import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drawDiagrams } from '../../scripts/machines/diagrams.ts'
import { writeCharts } from '../../scripts/setup/layout-charts.mjs'
import type { Chart } from '../../src/contract/chart.ts'
import { COMMANDS } from '../../src/contract/commands.ts'
import type { MachineName } from '../../src/contract/replay.ts'
import { chart } from '../../src/http/schemas/chart-answer.ts'
import type { StateDefinition } from '../../src/machines/definitions/definition.ts'
import * as definitions from '../../src/machines/definitions/definitions.ts'
import { readPage } from '../docs/support/markdown.ts'
import { suite } from '../support/suite.ts'
import { overlaps } from './support/overlaps.ts'

/** The states and transitions of a definition, each as a text. */
function contentOf(state: StateDefinition, path = ''): string[] {
  const transitions = state.transitions.map(
    ({ event, target, guard }) => `${path} ${event}${guard ? `[${guard}]` : ''} ${target ?? ''}`,
  )
  const inner = state.states.flatMap((child) =>
    contentOf(child, path === '' ? child.name : `${path}.${child.name}`),
  )
  const { initial, invoke } = state
  return [
    `state ${path}`,
    ...invoke.map((actor) => `${path} runs ${actor}`),
    ...(initial === null ? [] : [`${path} begins in ${initial}`]),
    ...transitions,
    ...inner,
  ]
}

/** The same of a chart. */
function drawnIn({ nodes, edges, initials, invoke, permits, stays }: Chart): string[] {
  const guarded = (guard: string | null): string => (guard ? `[${guard}]` : '')
  const states = [{ id: '', invoke, permits, stays }, ...nodes].flatMap((node) => [
    `state ${node.id}`,
    ...node.invoke.map((actor) => `${node.id} runs ${actor}`),
    ...node.permits.map(({ command, guard }) => `${node.id} ${command}${guarded(guard)} `),
    ...node.stays.map(({ event, guard }) => `${node.id} ${event}${guarded(guard)} `),
  ])
  const moves = edges.flatMap(({ from, to, events, guard }) =>
    events.map((event) => `${from} ${event}${guarded(guard)} ${to}`),
  )
  const begins = initials.map(({ parent, to }) => `${parent} begins in ${to.split('.').at(-1)}`)
  return [...states, ...moves, ...begins]
}

suite('the charts of the machines', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'charts-'))
  let charts: Chart[]
  test.before(async () => {
    const paths = await writeCharts(definitions, COMMANDS, join(folder, 'first'))
    charts = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')))
  })
  test.after(() => rmSync(folder, { recursive: true }))

  test('there is one for each machine in each version', () => {
    const wanted = Array.from({ length: definitions.MACHINES_VERSION }, (_, i) =>
      ['control', 'session', 'track'].map((machine) => `${machine}-v${i + 1}.json`),
    )
    assert.deepEqual(readdirSync(join(folder, 'first')).sort(), wanted.flat().sort())
  })

  test('each shows every state and every transition of its machine exactly once', () => {
    for (const chart of charts) {
      const definition = definitions.definitionOf(chart.machine as MachineName, chart.version)
      assert.deepEqual(drawnIn(chart).sort(), contentOf(definition).sort())
    }
  })

  test('each is what openapi.json says', () => {
    for (const one of charts) assert.deepEqual(chart.strict().parse(one), one)
  })

  test('commands are part of the state that permits them, and facts are arrows', () => {
    for (const { edges, nodes, permits } of charts) {
      const commands: readonly string[] = COMMANDS
      assert.ok(edges.flatMap(({ events }) => events).every((event) => !commands.includes(event)))
      assert.ok(nodes.some((node) => node.permits.length > 0))
      assert.deepEqual(permits, [])
    }
  })

  test('nothing lies on a text, and every arrow joins its states', () => {
    for (const chart of charts) assert.deepEqual(overlaps(chart), [], chart.machine)
  })

  test('a second build writes the same bytes', async () => {
    for (const path of await writeCharts(definitions, COMMANDS, join(folder, 'second')))
      assert.deepEqual(readFileSync(path), readFileSync(path.replace('second', 'first')), path)
  })

  test('they are small enough for a page: 8 kB each', () => {
    for (const chart of charts) assert.ok(JSON.stringify(chart).length < 8_000, chart.machine)
  })

  test('docs/architecture.md shows the machines as they are: npm run diagrams', async () => {
    const architecture = readPage('docs/architecture.md')
    for (const [name, picture] of await drawDiagrams()) {
      assert.ok(
        readPage(`docs/pictures/${name}`) === picture,
        `docs/pictures/${name} is not what the machines give. Run: npm run diagrams`,
      )
      assert.ok(architecture.includes(`(pictures/${name})`), `${name} is not shown`)
      assert.match(picture, /<title .*<desc /s)
    }
  })
})
