import type { Logger } from 'pino'
import type { Access } from '../access/access.ts'
import type { CompositionPort } from '../composition/port.ts'
import type { RecorderPort } from '../recorder/port.ts'
import type { Address } from './address.ts'
import type { EventStreams } from './event-streams.ts'

/** The services that the routes work with. */
export interface Services {
  recorder: RecorderPort
  compositions: CompositionPort
  access: Access
  /** Version of the recorder. */
  version: string
  /** Operating system account of the daemon, for `by.user`. */
  user: string
  /** Where it listens; known only once it does. */
  address: () => Address
  /** False while the daemon is stopping: commands are then answered with NOT_READY. */
  isReady: () => boolean
  logger: Logger
  streams: EventStreams
}
