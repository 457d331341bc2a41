import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { layoutChart } from '../../scripts/setup/layout-charts.mjs'
import type { Chart } from '../../src/contract/chart.ts'
import { COMMANDS } from '../../src/contract/commands.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import type { MachineName } from '../../src/contract/replay.ts'
import { definitionOf } from '../../src/machines/definitions/definitions.ts'
import { Replay } from '../../src/replay/replay.ts'
import { isActive, refusingNode, takenEdge } from '../../src/ui/inspector/charts/chart.ts'
import { roundedPath } from '../../src/ui/inspector/charts/rounded-path.ts'
import { suite } from '../support/suite.ts'

const LOGS = fileURLToPath(new URL('../replay/golden/', import.meta.url))

/** The recordings of kept logs, which end, fail, crash and refuse in every way. */
function recordings(): Replay[] {
  return readdirSync(LOGS).flatMap((name) => {
    const events = readFileSync(LOGS + name, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: LogEvent }).event)
    const ids = new Set(events.flatMap(({ recordingId }) => recordingId ?? []))
    return [...ids].map((id) => {
      const replay = new Replay(id)
      replay.append(events)
      return replay
    })
  })
}

suite('charts of the inspector', (test) => {
  const charts = new Map<MachineName, Chart>()
  const replays = recordings()

  test.before(async () => {
    for (const machine of ['control', 'session', 'track'] as const)
      charts.set(machine, await layoutChart(machine, 1, definitionOf(machine, 1), COMMANDS))
  })

  test('every change of a kept log is one arrow of a chart, from where the machine was', () => {
    let drawn = 0
    for (const replay of replays)
      for (let index = 1; index <= replay.events.length; index++)
        for (const change of replay.changesOf(index)) {
          const edge = takenEdge(charts.get(change.machine) as Chart, change)
          if (change.from === change.to) continue
          assert.ok(edge, `${change.machine}: ${change.from} → ${change.to} by ${change.fact}`)
          assert.ok(isActive(edge.from, change.from) && isActive(edge.to, change.to))
          drawn++
        }
    assert.ok(drawn > 50, `${drawn} changes`)
  })

  test('every refusal by a machine is marked in the state that has the command, or is active', () => {
    let marked = 0
    for (const replay of replays)
      for (let index = 1; index <= replay.events.length; index++) {
        const { refusal } = replay.stateAfter(index)
        if (refusal?.machine == null || refusal.state === null) continue
        const node = refusingNode(charts.get(refusal.machine) as Chart, refusal)
        assert.ok(node && isActive(node.id, refusal.state), refusal.state)
        const permit = node.permits.find(({ command }) => command === refusal.command)
        assert.equal(permit?.guard ?? null, refusal.guard)
        // Where no state knows the command, the innermost one is in the way.
        if (permit === undefined) assert.equal(node.id, refusal.state)
        marked++
      }
    assert.ok(marked > 3, `${marked} refusals`)
  })

  test('a line turns its corners in curves, and ends where it should', () => {
    const path = roundedPath([
      [0, 0],
      [0, 40],
      [30, 40],
    ])
    assert.equal(path, 'M0 0 L0 32 Q0 40 8 40 L30 40')
  })
})
