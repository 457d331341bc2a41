import type { Logger } from 'pino'
import { CosignatureFolder } from './audit/outsiders/cosignature-folder.ts'
import { Outsiders } from './audit/outsiders/outsiders.ts'
import { TimestampFolder } from './audit/outsiders/timestamp-folder.ts'
import { createAudit } from './audit/questions/audit.ts'
import { Verifications } from './audit/verify/verifications.ts'
import type { EffectiveConfiguration } from './contract/configuration.ts'
import type { OutsiderView } from './contract/outsiders.ts'
import type { Home } from './home/home.ts'
import type { Recorder } from './recorder/recorder.ts'

/** The parts by which strangers are convinced: questions, verifications, services that remember. */
export class Auditing {
  readonly verifications: Verifications
  readonly questions: ReturnType<typeof createAudit>
  readonly #outsiders: Outsiders

  constructor(
    { log, bus }: Pick<Recorder, 'log' | 'bus'>,
    home: Home,
    logger: Logger,
    now: () => number,
  ) {
    this.verifications = new Verifications(log, home.recordingsFolder, (error) =>
      logger.error({ err: error }, 'a verification failed'),
    )
    this.questions = createAudit({ log, now })
    const cosignatures = new CosignatureFolder(home.cosignaturesFolder)
    this.#outsiders = new Outsiders({
      source: cosignatures.remembering({
        checkpoint: async () => log.proofs.checkpoint,
        consistency: (from, to) => log.proofs.consistency(from, to),
      }),
      ...{ cosignatures, logger, now },
      timestamps: new TimestampFolder(home.timestampsFolder),
    })
    bus.on('events', () => this.#outsiders.notify())
  }

  /** Returns the state of the services that remember checkpoints. */
  readonly outsiders = (): OutsiderView[] => this.#outsiders.views()

  /** Puts the services that are configured in force. */
  configure({ audit }: Pick<EffectiveConfiguration, 'audit'>): void {
    this.#outsiders.configure({
      witnesses: audit.witnesses.value,
      timestampUrl: audit.timestampUrl.value,
    })
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([this.verifications.close(), this.#outsiders.close()])
  }
}
