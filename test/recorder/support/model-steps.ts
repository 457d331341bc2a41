import fc from 'fast-check'
import type { By, ClientSide } from '../../../src/contract/by.ts'
import type { CommandName, CommandRequests } from '../../../src/contract/commands.ts'
import {
  CONSENT_STATES,
  type ConsentState,
  type CustodyRules,
} from '../../../src/contract/custody.ts'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import type { Retention } from '../../../src/recorder/custody/retention.ts'
import type { Behaviour } from '../../support/fake-platform.ts'
import { RecorderBench, RULES } from '../../support/recorder-bench.ts'

/** A step about a recording. `pick` chooses one of those so far. */
export type CustodyStep =
  | { do: 'hold' | 'release' | 'erase'; pick: number }
  | { do: 'consentTo'; side: ClientSide; state: ConsentState; pick: number }
  | { do: 'retain' }
  | { do: 'record' }

/** One step of a random sequence. */
export type Step =
  | { do: 'start'; side: ClientSide; media: Medium[]; require: 'all' | 'any' }
  | {
      do: 'track.start' | 'track.stop' | 'track.pause' | 'track.resume'
      side: ClientSide
      media: Medium[]
    }
  | { do: 'tag' | 'close'; side: ClientSide }
  | { do: 'consent'; side: ClientSide; state: ConsentState }
  | { do: 'behave'; medium: Medium; as: Behaviour }
  | { do: 'kill'; medium: Medium }
  | { do: 'restart' | 'crash' }
  | { do: 'rules'; erases: boolean; keepDays: number | null }
  | CustodyStep
  | { do: 'cutShort'; step: Step; turns: number }

/** A text about a person: it must be on no disk, and nowhere once its recording is erased. */
export const PERSONAL = 'Erika Musterfrau'

const side = fc.constantFrom<ClientSide>('api', 'ui')
const medium = fc.constantFrom(...MEDIA)
const media = fc.subarray([...MEDIA], { minLength: 1 })
const state = fc.constantFrom(...CONSENT_STATES)
const pick = fc.nat(2)
const does = <T extends Step['do']>(...names: T[]) => fc.constantFrom(...names)
const tracks = does('track.start', 'track.stop', 'track.pause', 'track.resume')
const require = fc.constantFrom<'all' | 'any'>('all', 'any')

const start = fc.record({ do: does('start'), side, media, require })
const close = fc.record({ do: does('close'), side })
const consent = fc.record({ do: does('consent'), side, state })
const end = fc.record({ do: does('restart', 'crash') })

/** The steps of those who record. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: start },
  { weight: 8, arbitrary: fc.record({ do: tracks, side, media }) },
  { weight: 2, arbitrary: fc.record({ do: does('tag'), side }) },
  { weight: 1, arbitrary: close },
  { weight: 2, arbitrary: consent },
  {
    weight: 2,
    arbitrary: fc.record({
      do: does('behave'),
      medium,
      as: fc.constantFrom<Behaviour>('flow', 'fail', 'flow'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: does('kill'), medium }) },
  { weight: 1, arbitrary: end },
)

const custody: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: does('hold', 'release', 'erase', 'hold'), pick }) },
  { weight: 3, arbitrary: fc.record({ do: does('consentTo'), side, state, pick }) },
  { weight: 1, arbitrary: fc.record({ do: does('retain') }) },
)

/** The steps of those who record, and of those who keep and erase; some end with a kill. */
export const custodyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: custody },
  { weight: 4, arbitrary: fc.record({ do: does('record') }) },
  { weight: 2, arbitrary: start },
  { weight: 2, arbitrary: close },
  { weight: 1, arbitrary: fc.record({ do: does('track.stop', 'track.pause'), side, media }) },
  { weight: 1, arbitrary: fc.record({ do: does('tag'), side }) },
  { weight: 2, arbitrary: consent },
  {
    weight: 2,
    arbitrary: fc.record({
      do: does('rules'),
      erases: fc.constantFrom(true, true, false),
      keepDays: fc.constantFrom(null, null, 0),
    }),
  },
  { weight: 2, arbitrary: end },
  {
    weight: 3,
    arbitrary: fc.record({
      do: does('cutShort'),
      step: fc.oneof(custody, close, consent),
      turns: fc.nat(12),
    }),
  },
)

/** A recorder with the rules of custody that a sequence changes. */
export class ModelBench {
  bench!: RecorderBench
  /** The rules from a position of the log on, the oldest first. */
  readonly rules: { from: number; rules: CustodyRules }[] = [{ from: 0, rules: RULES }]

  static async create(): Promise<ModelBench> {
    const model = new ModelBench()
    model.bench = await RecorderBench.create({ rules: () => model.rules.at(-1)!.rules })
    return model
  }

  /** Carries out one step. Rejects like the recorder. */
  async carryOut(next: Step): Promise<void> {
    const { bench } = this
    switch (next.do) {
      case 'start': {
        const request = { media: next.media, require: next.require, tags: { customer: PERSONAL } }
        await bench.command(next.side, 'recording.start', request)
        break
      }
      case 'track.start':
        await bench.command(next.side, next.do, { media: next.media, devices: {} })
        break
      case 'track.stop':
      case 'track.pause':
      case 'track.resume':
        await bench.command(next.side, next.do, { media: next.media })
        break
      case 'tag':
        await bench.command(next.side, 'recording.tag', { tags: { step: Math.random() } })
        break
      case 'close':
        await bench.command(next.side, 'recording.close')
        break
      case 'consent':
        await bench.command(next.side, 'recording.consent', words(next.state))
        break
      case 'behave':
        bench.platform.behaviour[next.medium] = next.as
        break
      case 'kill':
        bench.platform.kill(next.medium)
        break
      case 'restart':
      case 'crash':
        await bench[next.do]()
        break
      case 'cutShort': {
        const step = this.carryOut(next.step).catch(() => {})
        for (let turn = 0; turn < next.turns; turn++) await new Promise(setImmediate)
        await bench.crash()
        await step
        break
      }
      case 'rules':
        this.#changeRules(next.erases, next.keepDays)
        break
      default:
        await this.#keep(next)
    }
  }

  async #keep(next: CustodyStep): Promise<void> {
    const { recorder } = this.bench
    if (next.do === 'retain') return (recorder.retention as Retention).check()
    if (next.do === 'record') return this.#record()
    const events = await this.bench.events()
    const starts = events.filter(({ type }) => type === 'recording.starting')
    const id = starts.at(next.pick % Math.max(1, starts.length))?.recordingId
    if (id == null) return
    if (next.do === 'consentTo')
      await this.#command(next.side, id, 'recording.consent', words(next.state))
    if (next.do === 'hold') await this.#command('api', id, 'recording.hold', { reason: PERSONAL })
    if (next.do === 'erase')
      await this.#command('api', id, 'recording.erase', { reason: 'The customer asked for it.' })
    if (next.do !== 'release') return
    const [hold] = (await recorder.recording(id, 'api')).holds
    if (hold === undefined) return
    await this.#command('api', id, 'recording.releaseHold', { holdId: hold.id, reason: PERSONAL })
  }

  /** Records something, and closes it. */
  async #record(): Promise<void> {
    const { bench } = this
    const { id: recordingId } = await bench.command('api', 'recording.start', {
      ...{ media: ['mic'], tags: { customer: PERSONAL } },
    })
    await bench.command('api', 'track.stop', { media: ['mic'] }, { recordingId })
    await bench.command('api', 'recording.close', {}, { recordingId })
  }

  async #command<N extends CommandName>(
    who: ClientSide,
    recordingId: string,
    name: N,
    request: CommandRequests[N],
  ): Promise<void> {
    const by: By = { side: who, client: 'officer', user: 'tester' }
    await this.bench.command(who, name, request, { recordingId, by })
  }

  #changeRules(eraseWhenWithdrawn: boolean, maxDays: number | null): void {
    const rules: CustodyRules = {
      ...RULES,
      consent: { mode: 'record', eraseWhenWithdrawn },
      retention: { rules: [], minDays: 0, maxDays },
    }
    this.rules.push({ from: this.bench.recorder.log.position + 1, rules })
  }
}

const words = (state: ConsentState) => ({ state, method: 'spoken', note: PERSONAL }) as const
