import type { By } from '../../../contract/by.ts'
import type { MachineCommand, TagValue } from '../../../contract/commands.ts'
import type { Quality } from '../../../contract/quality.ts'
import type { EventBatch, WrapUpReason } from '../../facts/event-batch.ts'
import type { FactPipeline } from '../../facts/fact-pipeline.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'
import type { Permission } from '../arbitration.ts'
import type { FoundDevices } from '../find-devices.ts'
import { planClose } from './plan-close.ts'
import { planConsent } from './plan-consent.ts'
import { planPause } from './plan-pause.ts'
import { planResume } from './plan-resume.ts'
import { planStart } from './plan-start.ts'
import { planStop } from './plan-stop.ts'
import { planTag } from './plan-tag.ts'
import { planTrackStart } from './plan-track-start.ts'

/** The parts from which a plan is made, beside the command. */
export interface PlanContext {
  /** The recording. */
  id: string
  permission: Permission
  devices: FoundDevices
  /** Why a stop ends the recording. */
  reason: WrapUpReason
  facts: Pick<FactPipeline, 'ledger'>
  system: { by: By & { side: 'system' }; tags: Record<string, TagValue>; quality(): Quality }
}

/** Adds the facts of an accepted command. Returns the segments that it has to wait for. */
export function planCommand(
  batch: EventBatch,
  command: MachineCommand,
  { id, permission: { media }, devices, reason, facts, system }: PlanContext,
): SegmentRef[] {
  switch (command.name) {
    case 'recording.start':
      return planStart(batch, id, command.request, devices, system)
    case 'recording.tag':
      return planTag(batch, id, command.request)
    case 'recording.close':
      return planClose(batch, id, facts.ledger)
    case 'recording.consent':
      return planConsent(batch, id, command.request)
    case 'track.start':
      return planTrackStart(batch, id, media, devices)
    case 'track.resume':
      return planResume(batch, id, media)
    case 'track.pause':
      return planPause(batch, id, media, command.request)
    case 'track.stop':
      return planStop(batch, id, media, reason)
  }
}
