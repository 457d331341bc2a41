import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import type { ReplayState } from '../../src/contract/replay.ts'
import { Replay } from '../../src/replay/replay.ts'
import { suite } from '../support/suite.ts'

/**
 * Logs that earlier versions wrote, with the states that those versions saw after each event. They
 * are never changed: whoever needs another story adds a file.
 */
const FOLDER = fileURLToPath(new URL('golden/', import.meta.url))

interface Line {
  event: LogEvent
  /** The states of control, session and the three tracks. */
  state: string
  /** The state of the recording as clients saw it. */
  shown: string | null
  /** Machine, medium, state and guard of a refusal. */
  refusedBy?: string
  /** The commands that API and UI were allowed. */
  allowed: string
}

function lineOf(event: LogEvent, state: ReplayState): Line {
  const { machines, recording, refusal, allowedCommands } = state
  const { control, session, tracks } = machines
  const by = refusal && [refusal.machine, refusal.medium, refusal.state, refusal.guard]
  return {
    event,
    state: [control, session, ...MEDIA.map((medium) => tracks[medium])]
      .map(({ value }) => value)
      .join(' '),
    shown: recording?.state ?? null,
    ...(by ? { refusedBy: by.join(' ') } : {}),
    allowed: `${allowedCommands.api.join(',')} | ${allowedCommands.ui.join(',')}`,
  }
}

suite('golden logs', (test) => {
  for (const name of readdirSync(FOLDER))
    test(`${name} gives yesterday’s states`, () => {
      const lines = readFileSync(`${FOLDER}${name}`, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
      const replays = new Map<string, Replay>()
      for (const line of lines) {
        const id = line.event.recordingId as string
        const replay = replays.get(id) ?? new Replay(id)
        replays.set(id, replay)
        replay.append([line.event])
        assert.deepEqual(lineOf(line.event, replay.stateAfter(replay.events.length)), line)
      }
    })
})
