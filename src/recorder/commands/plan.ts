import type { Command, TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { Device, Medium } from '../../contract/media.ts'
import { type Quality, resolveQuality } from '../../contract/quality.ts'
import { trackState } from '../../machines/recording-fold.ts'
import type { Transaction, WrapUpReason } from '../facts/event-batch.ts'
import type { SegmentRef } from '../facts/segment-ledger.ts'
import type { TrackCommand } from './arbitration.ts'

/** The device found for each medium, or why there is none. */
export type FoundDevices = Map<Medium, Device | RecorderError>

type StartRequest = Extract<Command, { name: 'recording.start' }>['request']

/** Adds the facts of an accepted start; returns the segments whose media must flow. */
export function planStart(
  tx: Transaction,
  id: string,
  request: StartRequest,
  found: FoundDevices,
  system: {
    by: { side: 'system'; client: string; user: string }
    tags: Record<string, TagValue>
    quality: Quality
  },
): SegmentRef[] {
  tx.accept(id, 'recording.start', request.media)
  const { recordingType, media, require, wrapUpSeconds, maxDurationSeconds } = request
  const quality = resolveQuality(request.quality, system.quality)
  const endsBy = new Date(tx.atMs + maxDurationSeconds * 1000).toISOString()
  tx.add(id, 'recording.starting', {
    recordingType,
    media,
    require,
    wrapUpSeconds,
    maxDurationSeconds,
    endsBy,
    quality,
  })
  tx.add(
    id,
    'recording.tagged',
    { tags: { ...system.tags, ...deviceTags(found) } },
    { by: system.by, commandId: null },
  )
  if (Object.keys(request.tags).length > 0) tx.add(id, 'recording.tagged', { tags: request.tags })
  const waits: SegmentRef[] = []
  for (const [medium, device] of found) {
    if (device instanceof RecorderError) {
      tx.add(id, 'track.failed', {
        medium,
        code: device.code,
        detail: device.message,
        reason: 'deviceLost',
      })
    } else {
      tx.add(id, 'track.starting', { medium, segment: 1, device })
      waits.push({ medium, segment: 1 })
    }
  }
  return waits
}

function deviceTags(found: FoundDevices): Record<string, TagValue> {
  const tags: Record<string, TagValue> = {}
  for (const [medium, device] of found) {
    if (!(device instanceof RecorderError)) tags[`system.device.${medium}`] = device.label
  }
  return tags
}

/** Adds the facts of an accepted command on tracks; returns the segments that must flow, or end. */
export function planTracks(
  tx: Transaction,
  id: string,
  name: TrackCommand,
  media: Medium[],
  options: {
    devices?: Map<Medium, Device>
    reason: WrapUpReason
    maxPauseSeconds?: number | undefined
  },
): SegmentRef[] {
  tx.accept(id, name, media)
  tx.confirm(id)
  const waits: SegmentRef[] = []
  for (const medium of media) {
    const segment = planTrack(tx, id, name, medium, options)
    if (segment !== undefined) waits.push({ medium, segment })
  }
  tx.derive(id, options.reason)
  return waits
}

function planTrack(
  tx: Transaction,
  id: string,
  name: TrackCommand,
  medium: Medium,
  { devices, reason, maxPauseSeconds }: Parameters<typeof planTracks>[4],
): number | undefined {
  const track = tx.recording(id).tracks[medium]
  const { segment } = track.context
  switch (name) {
    case 'track.pause': {
      const ms = maxPauseSeconds && tx.atMs + maxPauseSeconds * 1000
      tx.cut(id, medium, 'pause', ms === undefined ? undefined : new Date(ms).toISOString())
      return segment
    }
    case 'track.stop': {
      const how = reason === 'storageFull' ? reason : 'command'
      const captures =
        track.value === 'pausing' ||
        ['starting', 'recording', 'recovering'].includes(trackState(track))
      if (captures) tx.cut(id, medium, how)
      else tx.add(id, 'track.stopped', { medium, reason: how })
      return captures ? segment : undefined
    }
    case 'track.resume':
      // The cut is long in force; only the old segment's processes are still going. It ends on its own.
      if (track.value === 'pausing') tx.add(id, 'track.paused', { medium })
      tx.add(id, 'track.resuming', {
        medium,
        segment: segment + 1,
        device: track.context.device as Device,
      })
      return segment + 1
    case 'track.start':
      if (track.value === 'stopping') tx.add(id, 'track.stopped', { medium, reason: 'command' })
      tx.add(id, 'track.starting', {
        medium,
        segment: segment + 1,
        device: devices?.get(medium) as Device,
      })
      return segment + 1
  }
}
