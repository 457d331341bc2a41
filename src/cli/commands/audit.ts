import { LONG_PAUSE_SECONDS } from '../../contract/audit.ts'
import type { EventType } from '../../contract/events.ts'
import { GAP_REASONS } from '../../contract/gap-reason.ts'
import { MEDIA } from '../../contract/media.ts'
import { CLIENT_SIDES, questionCommand, SIDES } from '../audit/question-command.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { auditCheckpoint, auditKey, auditReceipt } from './audit-proofs.ts'

const OF_ACTS = {
  client: 'Only of this client: the name of a token, `home`, `ui` or `recorder`.',
  side: 'Only of this side.',
  sides: SIDES,
}
const OF_RECORDINGS = {
  client: 'Only in recordings that this client started.',
  side: 'Only in recordings that this side started.',
  sides: CLIENT_SIDES,
}

/** Lists events of the whole log. */
const auditEvents = questionCommand({
  name: 'events',
  summary: 'List events of the whole log, by type, client, side, time or recording.',
  description: [
    'The list is in the order of the log, the newest first. Times of events can go back where the clock was set. The list of types is in docs/events.md.',
    'Reading events is an access: `f2f audit accesses` shows it.',
  ],
  about: { period: 'events', ...OF_ACTS },
  options: {
    type: { kind: 'list', value: 'TYPES', help: 'Only events of these types.' },
    recording: {
      ...{ kind: 'text', value: 'ID', completes: 'recording' },
      help: 'Only events of this recording.',
    },
  },
  examples: [
    {
      line: 'f2f audit events --type token.created,token.revoked --all',
      does: 'Lists every token that was made or revoked.',
    },
    {
      line: 'f2f audit events --from 2026-01-31 --to 2026-01-31 --csv > day.csv',
      does: 'Writes all events of a day into a file.',
    },
  ],
  async filters({ type, recording }, api) {
    return {
      ...(type === undefined ? {} : { type: type as EventType[] }),
      ...(recording === undefined ? {} : { recordingId: await resolveRecordingId(api, recording) }),
    }
  },
})

/** Lists refused commands. */
const auditRefusals = questionCommand({
  name: 'refusals',
  summary: 'List refused commands: who asked, for what, and why.',
  description: [
    'A refusal changes nothing. A command that was accepted and failed later is no refusal: `f2f audit client-activity` counts both. Reading refusals is an access, like reading events.',
  ],
  about: { period: 'refusals', ...OF_ACTS },
  examples: [
    { line: 'f2f audit refusals', does: 'Lists the last 20 refusals.' },
    { line: 'f2f audit refusals --client crm --from 2026-01-01', does: 'Lists those of a client.' },
  ],
})

/** Lists long pauses. */
const auditLongPauses = questionCommand({
  name: 'long-pauses',
  summary: 'List pauses that were long, and those that go on.',
  description: [
    'Each medium has a row of its own. A pause lasts until the medium has media again, or until capture of the recording is over; one that goes on has a + behind its length so far. Pauses by the recorder itself, because the screen was locked or the computer slept, are among `f2f audit gaps`.',
  ],
  about: { period: 'pauses that began', ...OF_RECORDINGS },
  options: {
    'min-seconds': {
      ...{ kind: 'number', value: 'SECONDS', min: 0, max: 31_536_000 },
      help: `How long a pause is at least. Default: ${LONG_PAUSE_SECONDS}.`,
    },
  },
  examples: [
    { line: 'f2f audit long-pauses', does: 'Lists pauses of 5 minutes and more.' },
    {
      line: 'f2f audit long-pauses --min-seconds 60 --from 2026-01-31 --json',
      does: 'Prints pauses of a minute and more since that day as JSON.',
    },
  ],
  filters: ({ 'min-seconds': minSeconds }) => (minSeconds === undefined ? {} : { minSeconds }),
})

/** Lists gaps. */
const auditGaps = questionCommand({
  name: 'gaps',
  summary: 'List stretches of recordings without media, with their reasons.',
  description: [
    'Without --reason, the list has the gaps that nobody wanted: lost devices, failed captures, crashes, full disks, locked screens, sleep.',
  ],
  about: { period: 'gaps that began', ...OF_RECORDINGS },
  options: {
    reason: {
      ...{ kind: 'list', value: 'REASONS', choices: GAP_REASONS },
      help: 'Only gaps with these reasons.',
    },
    media: { kind: 'list', value: 'MEDIA', choices: MEDIA, help: 'Only gaps of these media.' },
  },
  examples: [
    { line: 'f2f audit gaps --all', does: 'Lists everything that went wrong.' },
    {
      line: 'f2f audit gaps --reason deviceLost --media mic --csv',
      does: 'Prints lost microphones as CSV.',
    },
  ],
  filters: ({ reason, media }) => ({
    ...(reason === undefined ? {} : { reason }),
    ...(media === undefined ? {} : { media }),
  }),
})

/** Lists recordings without tags. */
const auditUntagged = questionCommand({
  name: 'untagged',
  summary: 'List recordings that were closed without a tag.',
  description: [
    'Tags that the recorder sets itself (`system.…`) do not count. With --key, the list has the recordings that lack this tag, and asking is a search that `f2f audit accesses` shows.',
  ],
  about: { period: 'recordings started', ...OF_RECORDINGS },
  options: {
    key: { kind: 'text', value: 'KEY', help: 'Recordings without a tag with this key.' },
  },
  examples: [
    { line: 'f2f audit untagged', does: 'Lists recordings without any tag.' },
    {
      line: 'f2f audit untagged --key customer.id --client crm --all',
      does: 'Lists recordings that cannot be assigned to a customer.',
    },
  ],
  filters: ({ key }) => (key === undefined ? {} : { key }),
})

/** Counts what clients did. */
const auditClientActivity = questionCommand({
  name: 'client-activity',
  summary: 'Count what each client did, day by day.',
  description: [
    'Counts completed commands: starts of recordings, starts of media in a recording, stops, pauses, resumes, tags, consents, closes and others; and those that failed or were refused. A day is a day of the recorder’s time zone.',
  ],
  about: { period: 'commands', ...OF_ACTS },
  examples: [
    { line: 'f2f audit client-activity', does: 'Shows the last days.' },
    {
      line: 'f2f audit client-activity --from 2026-01-01 --to 2026-01-31 --csv > january.csv',
      does: 'Writes the numbers of a month into a file.',
    },
  ],
})

/** Lists accesses. */
const auditAccesses = questionCommand({
  name: 'accesses',
  summary: 'List who has seen what, in all recordings.',
  description: [
    'One row an act: who played, downloaded, exported, bundled, watched, replayed, read, inspected or verified a recording, or searched. Asking for this list is no access. `f2f show ID --access` lists the accesses to one recording.',
  ],
  about: { period: 'acts', ...OF_ACTS },
  examples: [
    { line: 'f2f audit accesses', does: 'Lists the last 20 acts.' },
    { line: 'f2f audit accesses --side ui --from 2026-01-31', does: 'Lists those on the page.' },
  ],
})

/** All questions and proofs, in the order in which help lists them. */
export const AUDIT_COMMANDS = [
  auditEvents,
  auditRefusals,
  auditLongPauses,
  auditGaps,
  auditUntagged,
  auditClientActivity,
  auditAccesses,
  auditKey,
  auditCheckpoint,
  auditReceipt,
]
