import type { Logger } from 'pino'
import type { KeptConfirmations } from './audit/bundle/port.ts'
import { CosignatureFolder } from './audit/outsiders/cosignature-folder.ts'
import { Outsiders } from './audit/outsiders/outsiders.ts'
import { TimestampFolder } from './audit/outsiders/timestamp-folder.ts'
import { createAudit } from './audit/questions/audit.ts'
import { Verifications } from './audit/verify/verifications.ts'
import type { EffectiveConfiguration } from './contract/configuration.ts'
import type { WitnessSetting } from './contract/outsiders.ts'
import type { Home } from './home/home.ts'
import type { HttpOptions } from './http/server.ts'
import type { Recorder } from './recorder/recorder.ts'

/** The parts by which strangers are convinced: questions, verifications, services that remember. */
export class Auditing {
  /** Those that routes use. */
  readonly services: Pick<Required<HttpOptions>, 'verifications' | 'outsiders' | 'audit'>
  /** The checkpoints that outsiders have confirmed, as they are kept on the disk. */
  readonly confirmations: KeptConfirmations
  readonly #verifications: Verifications
  readonly #outsiders: Outsiders
  #witnesses: readonly WitnessSetting[] = []

  constructor(
    { log, bus, contradictions }: Pick<Recorder, 'log' | 'bus' | 'contradictions'>,
    home: Home,
    logger: Logger,
    now: () => number,
  ) {
    const cosignatures = new CosignatureFolder(home.cosignaturesFolder)
    const timestamps = new TimestampFolder(home.timestampsFolder)
    const answers = { cosigned: cosignatures, timestamps }
    this.confirmations = answers
    this.#verifications = new Verifications({
      ...{ log, recordingsFolder: home.recordingsFolder, answers },
      knownWitnesses: () => this.#witnesses.map(({ vkey }) => vkey),
      onFault: (error) => logger.error({ err: error }, 'a verification failed'),
    })
    this.#outsiders = new Outsiders({
      source: cosignatures.remembering({
        checkpoint: async () => log.proofs.checkpoint,
        consistency: (from, to) => log.proofs.consistency(from, to),
      }),
      ...{ cosignatures, timestamps, logger, now },
      onOpinions: (opinions) => contradictions.observe(opinions),
    })
    bus.on('events', () => this.#outsiders.notify())
    this.services = {
      verifications: this.#verifications,
      outsiders: () => this.#outsiders.views(),
      audit: createAudit({ log, now }),
    }
  }

  /** Puts the services that are configured in force. */
  configure({ audit }: Pick<EffectiveConfiguration, 'audit'>): void {
    this.#witnesses = audit.witnesses.value
    this.#outsiders.configure({
      witnesses: audit.witnesses.value,
      timestampUrl: audit.timestampUrl.value,
    })
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([this.#verifications.close(), this.#outsiders.close()])
  }
}
