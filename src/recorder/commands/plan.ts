import type { Command, TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { Device, Medium } from '../../contract/media.ts'
import { type Quality, resolveQuality } from '../../contract/quality.ts'
import { trackState } from '../../machines/recording-fold.ts'
import type { EventBatch, WrapUpReason } from '../facts/event-batch.ts'
import type { SegmentRef } from '../facts/segment-ledger.ts'
import type { TrackCommand } from './arbitration.ts'

/** The device found for each medium, or why there is none. */
export type FoundDevices = Map<Medium, Device | RecorderError>

type StartRequest = Extract<Command, { name: 'recording.start' }>['request']

/** Adds the facts of an accepted start; returns the segments whose media must flow. */
export function planStart(
  batch: EventBatch,
  id: string,
  request: StartRequest,
  found: FoundDevices,
  system: {
    by: { side: 'system'; client: string; user: string }
    tags: Record<string, TagValue>
    quality: Quality
  },
): SegmentRef[] {
  batch.accept(id, 'recording.start', request.media)
  const { recordingType, media, require, wrapUpSeconds, maxDurationSeconds } = request
  const quality = resolveQuality(request.quality, system.quality)
  const endsBy = new Date(batch.atMs + maxDurationSeconds * 1000).toISOString()
  batch.add(id, 'recording.starting', {
    recordingType,
    media,
    require,
    wrapUpSeconds,
    maxDurationSeconds,
    endsBy,
    quality,
  })
  batch.add(
    id,
    'recording.tagged',
    { tags: { ...system.tags, ...deviceTags(found) } },
    { by: system.by, commandId: null },
  )
  if (Object.keys(request.tags).length > 0)
    batch.add(id, 'recording.tagged', { tags: request.tags })
  const waits: SegmentRef[] = []
  for (const [medium, device] of found) {
    if (device instanceof RecorderError) {
      batch.add(id, 'track.failed', {
        medium,
        code: device.code,
        detail: device.message,
        reason: 'deviceLost',
      })
    } else {
      batch.add(id, 'track.starting', { medium, segment: 1, device })
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
  batch: EventBatch,
  id: string,
  name: TrackCommand,
  media: Medium[],
  options: {
    devices?: Map<Medium, Device>
    reason: WrapUpReason
    maxPauseSeconds?: number | undefined
  },
): SegmentRef[] {
  batch.accept(id, name, media)
  batch.confirm(id)
  const waits: SegmentRef[] = []
  for (const medium of media) {
    const segment = planTrack(batch, id, name, medium, options)
    if (segment !== undefined) waits.push({ medium, segment })
  }
  batch.derive(id, options.reason)
  return waits
}

function planTrack(
  batch: EventBatch,
  id: string,
  name: TrackCommand,
  medium: Medium,
  { devices, reason, maxPauseSeconds }: Parameters<typeof planTracks>[4],
): number | undefined {
  const track = batch.recording(id).tracks[medium]
  const { segment } = track.context
  switch (name) {
    case 'track.pause': {
      const ms = maxPauseSeconds && batch.atMs + maxPauseSeconds * 1000
      batch.cut(id, medium, 'pause', ms === undefined ? undefined : new Date(ms).toISOString())
      return segment
    }
    case 'track.stop': {
      const how = reason === 'storageFull' ? reason : 'command'
      const captures =
        track.value === 'pausing' ||
        ['starting', 'recording', 'recovering'].includes(trackState(track))
      if (captures) batch.cut(id, medium, how)
      else batch.add(id, 'track.stopped', { medium, reason: how })
      return captures ? segment : undefined
    }
    case 'track.resume':
      // The cut is long in force; only the old segment's processes are still going. It ends on its
      // own.
      if (track.value === 'pausing') batch.add(id, 'track.paused', { medium })
      batch.add(id, 'track.resuming', {
        medium,
        segment: segment + 1,
        device: track.context.device as Device,
      })
      return segment + 1
    case 'track.start':
      if (track.value === 'stopping') batch.add(id, 'track.stopped', { medium, reason: 'command' })
      batch.add(id, 'track.starting', {
        medium,
        segment: segment + 1,
        device: devices?.get(medium) as Device,
      })
      return segment + 1
  }
}
