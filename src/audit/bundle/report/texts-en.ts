import { WARNINGS } from '../../../contract/warnings.ts'
import type { Finding } from '../verdict.ts'
import type { Mark } from './report-model.ts'
import type { ReportTexts } from './texts.ts'

const acts: ReportTexts['acts'] = {
  played: 'played',
  downloaded: 'downloaded',
  exported: 'exported as a video',
  bundled: 'downloaded as a bundle like this one',
  watched: 'watched live',
  replayed: 'replayed in the inspector',
  readEvents: 'read the events',
  inspected: 'inspected live',
  verified: 'verified',
}

const consentStates: ReportTexts['consentStates'] = {
  granted: 'Granted',
  declined: 'Declined',
  withdrawn: 'Withdrawn',
}

const warnings = Object.fromEntries(
  Object.entries(WARNINGS).map(([code, [title]]) => [code, title]),
) as ReportTexts['warnings']

const commands: ReportTexts['commands'] = {
  'recording.start': 'start a recording',
  'track.start': 'start a medium',
  'track.stop': 'stop',
  'track.pause': 'pause',
  'track.resume': 'resume',
  'recording.tag': 'set tags',
  'recording.close': 'close the recording',
  'recording.hold': 'place a hold',
  'recording.releaseHold': 'release a hold',
  'recording.erase': 'erase the recording',
  'recording.consent': 'record the customer’s consent',
}

function finding(one: Finding): string {
  switch (one.kind) {
    case 'segmentMissing':
      return `The file ${one.file} is missing. The log says that it had the hash ${one.expected}.`
    case 'segmentChanged':
      return `The file ${one.file} is not the one that was recorded. Expected hash ${one.expected}, found ${one.found}.`
    case 'notProven':
      return `The event at position ${one.position} does not belong to the log that the checkpoint names.`
    case 'factMissing':
      return `Something is missing before position ${one.position}: expected fact ${one.expected}, found ${one.found}.`
    case 'notClosed':
      return 'The events do not say that the recording was closed.'
    case 'notSigned':
      return `The checkpoint is not signed by a key of this log: ${one.reason}`
    case 'confirmationWrong':
      return `The confirmed checkpoint ${one.file} is not one of this log: ${one.reason}`
    case 'timestampWrong':
      return `The stored timestamp ${one.file} was not made for the checkpoint beside it. It proves nothing and was left out.`
  }
}

function markName({ kind, label }: Mark): string {
  if (kind === 'marker') return label === '' ? 'Marker' : label
  if (kind === 'access') return acts[label as keyof typeof acts] ?? label
  if (kind === 'consent') return consentStates[label as keyof typeof consentStates] ?? label
  if (kind === 'refusal') return commands[label as keyof typeof commands] ?? label
  if (kind === 'warning') return warnings[label as keyof typeof warnings] ?? label
  return label
}

/** The texts of a report in English. */
export const en: ReportTexts = {
  title: (date) => `Recording of ${date}`,
  report: 'Report on a recording',
  confidential: {
    title: 'Confidential',
    text: 'This report contains personal data. The folder that it came in also contains the recording and the key that opens it. Keep both safe, and pass them on only to those who may see them.',
  },
  media: { mic: 'Microphone', speaker: 'Speaker', screen: 'Screen' },
  sides: { api: 'Program', ui: 'Recorder page', system: 'Recorder' },
  who: (side, client, user) => {
    if (side === 'system') return 'the recorder itself'
    return side === 'ui' ? `${user}, at the recorder’s page` : `program “${client}”, user ${user}`
  },
  gaps: {
    notStarted: 'Not started',
    stopped: 'Stopped',
    paused: 'Paused',
    deviceLost: 'Device lost',
    captureFailed: 'Capture failed',
    interrupted: 'Interrupted',
    suspended: 'Computer asleep',
    locked: 'Screen locked',
    storageFull: 'Disk full',
  },
  gapsExplained: {
    notStarted: 'It had not been started yet.',
    stopped: 'It was stopped on request.',
    paused: 'It was paused on request. Nothing was captured.',
    deviceLost: 'The device was unplugged or taken away.',
    captureFailed: 'The device delivered nothing, or what it delivered was lost.',
    interrupted: 'The recorder or the computer broke down.',
    suspended: 'The computer was asleep.',
    locked: 'The screen was locked, and the recorder paused by itself.',
    storageFull: 'There was no space left on the disk.',
  },
  acts,
  consentStates,
  commands,
  refusals: {
    CONTROL_HELD_BY_API: 'A program controlled the recording, and only that side may do this.',
    CONTROL_HELD_BY_UI:
      'A person at the recorder’s page controlled the recording, and only that side may do this.',
    ALREADY_RECORDING: 'A recording was already in progress.',
    INVALID_STATE: 'It did not fit what was being recorded at that moment.',
    RECORDING_CLOSED:
      'The recording was closed, so nothing more could be recorded or tagged in it.',
    CONSENT_REQUIRED: 'The customer’s consent was missing.',
    TAG_LIMIT: 'The recording had too many tags.',
    ON_HOLD: 'A hold kept the recording from being erased.',
    FORBIDDEN_SCOPE: 'The client did not have the permission.',
    FORBIDDEN_SAME_ACTOR: 'Whoever places a hold may not release it alone.',
    VERSION_MISMATCH: 'The recording had changed since the client last looked at it.',
  },
  warnings,
  endReasons: {
    stopped: 'It was stopped on request.',
    maxDuration: 'It had reached its longest duration.',
    interrupted: 'The recorder or the computer broke down.',
    failed: 'No medium could be recorded any more.',
    shutdown: 'The recorder was shut down.',
    storageFull: 'The disk was full.',
    noConsent: 'The customer declined or withdrew consent.',
  },
  closeReasons: {
    command: 'on request',
    timer: 'when the time for wrap-up was over',
    nextStart: 'because the next recording started',
    noConsent: 'because there was no consent',
  },
  markName,
  facts: {
    startedBy: 'Recorded by',
    computer: 'Computer',
    start: 'Start',
    end: 'End',
    length: 'Length',
    recorded: 'Of this, recorded',
    ended: 'Why it ended',
    closed: 'Closed',
    id: 'Number of the recording',
    zone: (zone, offset) => `All times are those of ${zone} (${offset}).`,
    unknown: 'not known',
    recordedOf: (part) => `${part} %`,
  },
  picture: {
    heading: 'Time line',
    label: (length) => `Time line of the recording, ${length} long. The tables below say the same.`,
    recorded: 'Recorded',
    afterwards: 'afterwards',
    lanes: {
      consent: 'Consent',
      marker: 'Markers',
      tag: 'Tags',
      refusal: 'Refused',
      warning: 'Warnings',
      access: 'Seen by',
    },
    intro: 'A coloured bar was recorded. Everything else has its reason in the bar.',
    legend: { wanted: 'not recorded, as intended', unwanted: 'lost, which nobody intended' },
    shortened: 'The outage at the end is shortened in this picture.',
  },
  verdict: {
    heading: 'What the recorder checked when it made this',
    good: 'Everything that was checked is in order.',
    bad: (count) =>
      count === 1 ? 'One thing is not in order.' : `${count} things are not in order.`,
    events: (count) =>
      `${count} events are as they were written: each agrees with the hash behind it.`,
    proven: (count, size) =>
      `${count} of them are proven to be in the log of ${size} entries that the checkpoint names.`,
    complete: (facts) =>
      `No fact is missing: they count from 1 to ${facts}, and the recording is closed.`,
    segments: (intact, count) =>
      `${intact} of ${count} stored files have exactly the bytes that were recorded.`,
    signed: (signers) => `The checkpoint is signed by ${signers}.`,
    cosigned: (witness, when, size) =>
      `The outside witness ${witness} signed the first ${size} entries of the log on ${when}.`,
    timestamped: (when, size) =>
      `A timestamp authority (RFC 3161) says that the first ${size} entries of the log existed on ${when}.`,
    unknownTime: 'a time that cannot be read',
    covers: (covered, events) =>
      `${covered} of the ${events} events of this recording are among them.`,
    composed: 'The playable file was made of these stored files.',
    noComposed: (reason) => `There is no playable file of the whole recording: ${reason}`,
    own: 'This is what the recorder says about itself. You need not believe it:',
    finding,
  },
  stretches: {
    heading: 'Pauses and gaps',
    none: 'There are none.',
    onlyShort: 'None lasted a second or longer.',
    columns: ['When', 'Length', 'What', 'Reason', 'By whom'],
    short: (count) =>
      count === 1
        ? 'One is shorter than a second. That can be the moment in which a device starts.'
        : `${count} are shorter than a second. Some can be the moments in which devices start.`,
    sum: (count, length) => `${count} ×, ${length} in all`,
    all: (count) => `Show all ${count}`,
    untilEnd: 'to the end',
    began: (who) => `begun by ${who}`,
    ended: (who) => `ended by ${who}`,
    itself: 'nobody',
  },
  interruption: (at, lastSeen) =>
    `The recorder broke down. Its last sign of life was at ${lastSeen}; it was back at ${at}.`,
  consent: {
    heading: 'Consent of the customer',
    none: 'No consent was recorded, neither granted nor refused.',
    method: 'given',
    note: 'Note',
  },
  holds: {
    heading: 'Holds',
    inForce: 'in force: the recording cannot be erased',
    released: (at, who, reason) => `released on ${at} by ${who}: ${reason}`,
  },
  refused: {
    heading: 'Refused commands',
    none: 'No command was refused.',
    columns: ['When', 'Who', 'Wanted to', 'Why it was refused'],
    times: (count) => `${count} times`,
    wanted: (command) => command,
    words: 'In the recorder’s own words',
  },
  warned: {
    heading: 'Warnings',
    from: (from, to) => `from ${from} to ${to}`,
    since: (from) => `from ${from} to the end`,
  },
  tags: {
    heading: 'Tags',
    none: 'No client has set a tag.',
    columns: ['Tag', 'Value', 'Set by', 'When'],
    former: 'replaced later',
    technical: (count) => `${count} that the recorder has set itself`,
  },
  accesses: {
    heading: 'Who has seen this recording',
    none: 'Nobody has, as far as this recorder knows.',
    intro: 'One line for each act. The last one is usually the making of this bundle.',
    columns: ['When', 'Who', 'What'],
  },
  files: {
    heading: 'Stored files',
    intro:
      'Each is a stretch without interruption, encrypted (age). The log holds two hashes of each: of the encrypted file, and of the sound or picture in it.',
    summary: (count) => (count === 1 ? 'Show the file' : `Show all ${count} files`),
    columns: ['File', 'Recorded', 'Length', 'Size', 'SHA-256'],
    stored: 'file',
    media: 'content',
    salvaged: 'finished after a break-down',
    damaged: 'damaged then: what came behind the damage is kept beside the file on the recorder',
  },
  check: {
    heading: 'Check it yourself',
    intro:
      'Unpack the bundle into a folder of its own, open a terminal in that folder, and enter the commands. They work on a computer that has never had the recorder, without a network.',
    python:
      'Everything at once. You need Python 3 and nothing else. To be sure about the program, take verify.py from a source that you trust, rather than from this bundle.',
    pythonResult: 'It ends with a verdict, and names each file and event that is not in order.',
    key: 'Compare the key in keys.txt with the one that the operator has given you by another way (f2f audit key). Otherwise you only know that the bundle agrees with itself.',
    play: 'Play the whole recording: open',
    open: 'Open a stored file with the program age:',
    hashes: 'Compare all stored files with the hashes in the log:',
    hashesSummary: (count) =>
      count === 1 ? 'The command for one file' : `The command for all ${count} files`,
    signature: 'Check the signature of the checkpoint with OpenSSL 3:',
    signatureResult: 'It prints “Signature Verified Successfully”.',
    timestamp: 'Check the time stamp. tsa.pem is the certificate of the authority that made it:',
    witness: 'Check who has cosigned. KEY is the key of the witness, got from the witness itself:',
    limits:
      'What no check can show: whether the microphone was in the right room, and what was said before the start. A recorder whose owner has rewritten its whole log is only found out by a witness, a time stamp or a receipt from outside.',
  },
  footer: (at, version) => `Made on ${at} by the Face-to-Face Interaction Recorder ${version}.`,
  summaryOnly:
    'This page is a summary for people. The evidence is in events.jsonl, checkpoint.txt and the stored files.',
}
