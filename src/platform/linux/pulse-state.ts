/** A stream that captures from a source. */
export interface PulseStream {
  index: number
  /** Process id of the capturing program; undefined for the server's own streams. */
  pid: number | undefined
  /** Index of the source that it captures from. */
  source: number
  muted: boolean
}

/** A source or sink. */
export interface PulseDevice {
  index: number
  name: string
  muted: boolean
}

/** The sources, sinks and streams of a sound server. */
export interface PulseState {
  sources: PulseDevice[]
  sinks: PulseDevice[]
  streams: PulseStream[]
}

/** Reads the output of `pactl list` (the text form, which old versions and PipeWire have too). */
export function parsePulseState(output: string): PulseState {
  const state: PulseState = { sources: [], sinks: [], streams: [] }
  for (const block of output.split(/\n(?=[A-Z][A-Za-z ]* #\d+\n)/)) {
    const [, kind, number] = /^([A-Z][A-Za-z ]*) #(\d+)\n/.exec(block) ?? []
    const index = Number(number)
    const muted = field(block, 'Mute') === 'yes'
    if (kind === 'Source Output') {
      const pid = /^\t\tapplication\.process\.id = "(\d+)"$/m.exec(block)?.[1]
      const source = Number(field(block, 'Source'))
      state.streams.push({ index, pid: pid === undefined ? undefined : Number(pid), source, muted })
    }
    if (kind !== 'Source' && kind !== 'Sink') continue
    state[kind === 'Source' ? 'sources' : 'sinks'].push({
      index,
      name: field(block, 'Name') ?? '',
      muted,
    })
  }
  return state
}

function field(block: string, name: string): string | undefined {
  return new RegExp(`^\\t${name}: (.+)$`, 'm').exec(block)?.[1]?.trim()
}

/** One line of `pactl subscribe`. */
export interface PulseEvent {
  what: string
  kind: string
  index: number
}

/** Reads a line of `pactl subscribe`; undefined for anything else. */
export function parsePulseEvent(line: string): PulseEvent | undefined {
  const [, what, kind, index] = /^Event '(\w+)' on ([\w-]+) #(\d+)/.exec(line) ?? []
  return what === undefined || kind === undefined ? undefined : { what, kind, index: Number(index) }
}
