import type { Command, TagValue } from '../../../contract/commands.ts'
import { RecorderError } from '../../../contract/errors.ts'
import { type Quality, resolveQuality } from '../../../contract/quality.ts'
import { MACHINES_VERSION } from '../../../machines/definitions/definitions.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'
import type { FoundDevices } from '../find-devices.ts'

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
    quality(): Quality
  },
): SegmentRef[] {
  batch.accept(id, 'recording.start', request.media)
  const { recordingType, media, require, wrapUpSeconds, maxDurationSeconds } = request
  const quality = resolveQuality(request.quality, system.quality())
  const endsBy = new Date(batch.atMs + maxDurationSeconds * 1000).toISOString()
  batch.add(id, 'recording.starting', {
    recordingType,
    media,
    require,
    wrapUpSeconds,
    maxDurationSeconds,
    endsBy,
    quality,
    machines: MACHINES_VERSION,
  })
  if (request.consent) batch.add(id, 'recording.consentRecorded', request.consent)
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
