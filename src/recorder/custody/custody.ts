import type { By } from '../../contract/by.ts'
import type { ConsentCommand, CustodyCommand } from '../../contract/commands.ts'
import type { CustodyRules } from '../../contract/custody.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { ApplicationError, RecordingView } from '../../contract/views.ts'
import type { CaptureConditions } from '../../machines/allowed-commands.ts'
import type { CommandAnswer } from '../../store/port.ts'
import { unlessAborted } from '../../time/unless-aborted.ts'
import { Refusals } from '../commands/refusals.ts'
import type { RecordingsDisk } from '../disk/recordings-disk.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import type { RecorderOptions } from '../recorder-options.ts'
import { CustodyCommands } from './custody-commands.ts'
import { Erasures } from './erasures.ts'
import { KeyUpkeep } from './key-upkeep.ts'
import { Retention } from './retention.ts'

/** The parts that custody works with. */
export interface CustodyOptions {
  options: RecorderOptions
  host: { system: By & { side: 'system' }; onFault(what: string, error: unknown): void }
  facts: FactPipeline
  recordingsDisk: RecordingsDisk
  /** Returns what keeps media from being captured now. */
  conditions(): CaptureConditions
  /** Renders the answer with a recording. */
  render(view: RecordingView, command: CustodyCommand): unknown
}

/** The custody of recordings: keys, holds, erasure, retention. */
export class Custody {
  readonly keyUpkeep: KeyUpkeep
  readonly retention: Retention
  readonly #rules: () => CustodyRules
  readonly #closing = new AbortController()
  readonly #erasures: Erasures
  readonly #commands: CustodyCommands

  constructor({
    options,
    host: { system, onFault },
    facts,
    recordingsDisk,
    ...more
  }: CustodyOptions) {
    const { log, keys, clock, rules } = options
    const { forgetComposed = async () => {} } = options
    const now = (): number => clock.now()
    const verified = () => unlessAborted(log.verified(), this.#closing.signal)
    const common = { verified, facts, log, keys, system, recordingsDisk, rules, now, onFault }
    const erasures = new Erasures({ ...common, forgetComposed })
    const refusals = new Refusals(facts, log, more.conditions)
    this.#rules = rules
    this.#erasures = erasures
    this.#commands = new CustodyCommands({ ...common, erasures, refusals, render: more.render })
    this.retention = new Retention({ ...common, erasures })
    this.keyUpkeep = new KeyUpkeep(common)
  }

  /** The rules in force. */
  get rules(): CustodyRules {
    return this.#rules()
  }

  /** Why erasures are not complete; nothing while none is delayed. */
  get problems(): ApplicationError[] {
    return this.#erasures.problems
  }

  /** Executes a command. Resolves and rejects like `RecorderPort.dispatch`. */
  execute(command: CustodyCommand | ConsentCommand): Promise<CommandAnswer> {
    return this.#commands.execute(command)
  }

  /** Goes on with what a dead daemon, or a failed log, has left, and begins to apply the rules. */
  async begin(): Promise<void> {
    await this.keyUpkeep.begin()
    this.#erasures.resume()
    this.retention.begin()
  }

  /** Observes committed events. */
  observe(events: readonly LogEvent[]): void {
    this.retention.observe(events)
    // The part that records the start of an erasure does not know the part that carries it out.
    if (events.some(({ type }) => type === 'recording.erasing')) this.#erasures.resume()
  }

  /** Resolves when nothing is erased or destroyed any more. The next start goes on. */
  async close(): Promise<void> {
    this.#closing.abort(new RecorderError('NOT_READY', 'The recorder is stopping.'))
    await Promise.all([this.#erasures.close(), this.retention.close(), this.keyUpkeep.close()])
  }
}
