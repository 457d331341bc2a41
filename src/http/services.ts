import type { Logger } from 'pino'
import type { Access } from '../access/access.ts'
import type { BundlePort } from '../audit/bundle/port.ts'
import type { AuditPort } from '../audit/questions/port.ts'
import type { VerificationsPort } from '../audit/verify/port.ts'
import type { CompositionPort } from '../composition/port.ts'
import type { EffectiveConfiguration } from '../contract/configuration.ts'
import type { OutsiderView } from '../contract/outsiders.ts'
import type { RecorderPort } from '../recorder/port.ts'
import type { Address } from './address.ts'
import type { ErasureWatch } from './erasure-watch.ts'
import type { PageFiles } from './page/page-files.ts'
import type { EventStreams } from './streams/event-streams.ts'
import type { InspectionFeeds } from './streams/inspection-feeds.ts'

/** The services that the routes use. */
export interface Services {
  recorder: RecorderPort
  audit: AuditPort
  compositions: CompositionPort
  bundles: BundlePort
  access: Access
  /** The version of the recorder. */
  version: string
  /** The operating system account of the daemon, for `by.user`. */
  user: string
  /** Returns the daemon's address, which is known only once it listens. */
  address: () => Address
  /** Returns false while the daemon is stopping. Commands then get NOT_READY. */
  isRunning: () => boolean
  logger: Logger
  verifications: VerificationsPort
  /** Returns the state of the services that remember checkpoints. */
  outsiders: () => OutsiderView[]
  streams: EventStreams
  feeds: InspectionFeeds
  erasures: ErasureWatch
  /** The settings in force. They change in place: read one when you need it. */
  configuration: EffectiveConfiguration
  /** The files of the built page; none when it is not built. */
  pageFiles: PageFiles
}
