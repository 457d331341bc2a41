import type { AccessAct } from '../contract/custody.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { MEDIA, type Medium } from '../contract/media.ts'
import type { RecordingView } from '../contract/views.ts'
import type { Exchange } from './route.ts'
import type { Services } from './services.ts'

/** The errors of routes that show nothing unless they can record it. */
export const ACCESS_ERRORS = [
  ...(['KEY_UNAVAILABLE', 'NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'] as const),
] satisfies ErrorCode[]

/**
 * Records that the client of a request is about to see something of a recording; with null, of the
 * whole log. Resolves when that is in the log. Rejects when it cannot be; nothing is shown then.
 */
export function recordAccess(
  { recorder, user }: Pick<Services, 'recorder' | 'user'>,
  { credential: { side, client } }: Pick<Exchange, 'credential'>,
  recordingId: string | null,
  act: AccessAct,
  media: readonly Medium[] = [],
): Promise<void> {
  return recorder.accesses.record({ recordingId, act, media, by: { side, client, user } })
}

/** Returns the media of a recording of which there is anything. */
export function recordedMedia({ tracks }: RecordingView): Medium[] {
  return MEDIA.filter((medium) => (tracks[medium]?.segments ?? 0) > 0)
}

/** Whether a request for media is a player's: it asks for parts, or it is the page's. */
export function playsOrDownloads({ ctx, credential }: Exchange): 'played' | 'downloaded' {
  const plays = credential.side === 'ui' || ctx.req.headers.range !== undefined
  return plays ? 'played' : 'downloaded'
}
