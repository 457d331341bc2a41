import type { LogEvent } from '../../contract/events.ts'
import { defineCommand, type Io } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { fetchAllItems } from '../connection/fetch-all-items.ts'
import { followEvents } from '../follow-events.ts'
import { createInterruptSignal } from '../interrupt-signal.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { fillLines } from '../text/fill-lines.ts'
import { localTime } from '../text/quantities.ts'
import { printable, type Style } from '../text/style.ts'
import { RECORDING_ARGUMENT } from './control.ts'

/** Shows the events of a recording, or follows the whole log. */
export const events = defineCommand({
  name: 'events',
  summary: 'Show the events of a recording, or follow the log.',
  args: RECORDING_ARGUMENT,
  description: [
    'Shows every event of a recording, refusals included: position, time, type, who caused it, and its data. Without ID, ' +
      'the command shows those of the current recording.',
    'With --follow, it shows every event of the log as it happens, of one recording if ID is given, until Ctrl-C. When the ' +
      'recorder restarts, it goes on where it was. With --json, each event is one line of JSON.',
  ],
  options: {
    follow: { kind: 'flag', short: 'f', help: 'Show events as they happen, until Ctrl-C.' },
    after: {
      kind: 'number',
      value: 'POSITION',
      min: 0,
      help: 'Show only events after this position; 0 is the beginning of the log.',
    },
  },
  examples: [
    { line: 'f2f events last', does: 'Shows what happened in the newest recording.' },
    { line: 'f2f events --follow', does: 'Shows everything that happens from now on.' },
    {
      line: 'f2f events --follow --after 0 --json',
      does: 'Prints the whole log as lines of JSON, and goes on.',
    },
  ],
  async run({ args, options, api, io, json, style }) {
    const print = (event: LogEvent): void => printEvent(event, { io, json, style })
    const { after, follow = false } = options
    if (!follow) {
      const id = await resolveRecordingId(api, args[0])
      const all = await fetchAllItems((query) => api.events(id, { ...query, after }))
      for (const event of all) print(event)
      return null
    }
    const wanted = args[0] === undefined ? undefined : await wholeId(api, args[0])
    const { signal, release } = createInterruptSignal(io.stdout)
    try {
      await followEvents(api, {
        after,
        signal,
        onEvent: (event) => {
          if (wanted === undefined || event.recordingId === wanted) print(event)
        },
        onBroken: () => io.stderr.write('The recorder does not answer. Trying again…\n'),
      })
    } finally {
      release()
    }
    return null
  },
})

/** Returns the id of the recording that is meant, also of the current one. */
async function wholeId(api: Api, text: string): Promise<string> {
  const { id } = await api.recording(await resolveRecordingId(api, text))
  return id
}

function printEvent(
  event: LogEvent,
  { io, json, style }: { io: Io; json: boolean; style: Style },
): void {
  if (json) {
    io.stdout.write(`${JSON.stringify(event)}\n`)
    return
  }
  const { position, at, type, by, recordingId, data } = event
  const details = JSON.stringify(data)
  const parts = [
    String(position).padStart(6),
    style.weak(localTime(at)),
    style.strong(type),
    recordingId === null ? '' : style.weak(recordingId.slice(0, 8)),
    `${by.side}/${printable(by.client)}`,
    details === '{}' ? '' : printable(details),
  ]
  io.stdout.write(
    `${fillLines(
      parts.filter((part) => part !== ''),
      style.columns,
    ).join('\n')}\n`,
  )
}
