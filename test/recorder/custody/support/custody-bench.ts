import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { By } from '../../../../src/contract/by.ts'
import type { TagValue } from '../../../../src/contract/commands.ts'
import type { CustodyRules } from '../../../../src/contract/custody.ts'
import type { EventType } from '../../../../src/contract/events.ts'
import type { RecordingAnswer } from '../../../../src/contract/views.ts'
import type { RecorderOptions } from '../../../../src/recorder/recorder.ts'
import { RecorderBench, RULES } from '../../../support/recorder-bench.ts'

export const ADMIN: By = { side: 'api', client: 'officer', user: 'tester' }

/** A recorder with rules of custody that a test can change. */
export class CustodyBench {
  readonly bench: RecorderBench
  rules: CustodyRules

  private constructor(bench: RecorderBench, rules: CustodyRules) {
    this.bench = bench
    this.rules = rules
  }

  static async create(
    more: Partial<RecorderOptions> = {},
    rules: Partial<CustodyRules> = {},
  ): Promise<CustodyBench> {
    let own: CustodyBench | undefined
    const all = { ...RULES, ...rules }
    const bench = await RecorderBench.create({ rules: () => own?.rules ?? all, ...more })
    own = new CustodyBench(bench, all)
    return own
  }

  /** Records something, closes it, and puts files into its folder. Returns its id. */
  async closed(tags: Record<string, TagValue> = {}): Promise<string> {
    const { bench } = this
    const { id } = await bench.command('api', 'recording.start', { tags })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    const folder = this.folderOf(id)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'mic-000001.ogg.age'), 'sealed sound')
    await writeFile(join(folder, 'screen-000001.mp4'), 'a picture of version 0.1')
    return id
  }

  folderOf(id: string): string {
    return join(this.bench.folder, 'recordings', id)
  }

  hold(id: string, reason = 'A court asks for it.', by = ADMIN): Promise<RecordingAnswer> {
    return this.bench.command('api', 'recording.hold', { reason }, { recordingId: id, by })
  }

  release(id: string, holdId: string, by = ADMIN): Promise<RecordingAnswer> {
    const request = { holdId, reason: 'The case is closed.' }
    return this.bench.command('api', 'recording.releaseHold', request, { recordingId: id, by })
  }

  erase(id: string, more: object = {}): Promise<RecordingAnswer> {
    const request = { reason: 'The customer asked for it.' }
    const how = { recordingId: id, by: ADMIN, ...more }
    return this.bench.command('api', 'recording.erase', request, how)
  }

  /** The types of the events of a recording from a position on. */
  async types(id: string, after = 0): Promise<EventType[]> {
    const events = await this.bench.events()
    return events
      .filter(({ recordingId, position }) => recordingId === id && position > after)
      .map(({ type }) => type)
  }
}
