import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { parseSize } from '../text/quantities.ts'
import { QUALITY_CHOICES } from './media-options.ts'

/** Runs the daemon in the foreground. */
export const serve = defineCommand({
  name: 'serve',
  summary: 'Run the recorder in this terminal.',
  description: [
    'Serves the REST API on 127.0.0.1 and prints `listening on URL` when it is ready. It records nothing until a ' +
      'recording is started. Its messages go to stderr.',
    'Press Ctrl-C (SIGINT) or send SIGTERM to end the recorder. It finishes a running recording properly first. A home ' +
      'folder has one recorder at a time; a second one ends with exit code 1.',
  ],
  options: {
    port: {
      kind: 'number',
      value: 'NUMBER',
      min: 0,
      max: 65_535,
      help: 'TCP port of the API. 0 picks a free port. Default: F2F_PORT, else `port` in config.json, else 3887.',
    },
    reserve: {
      kind: 'text',
      value: 'SIZE',
      help:
        'Space to keep free on the disk of the recordings, e.g. 500MB. Recording stops before it is used. Default: ' +
        '`reserveBytes` in config.json, else 256MB.',
    },
    source: {
      kind: 'text',
      value: 'KIND',
      choices: ['devices', 'synthetic'],
      help: 'Record the devices of this computer (default), or a test picture and tones (synthetic).',
    },
    quality: {
      kind: 'text',
      value: 'PRESET',
      choices: QUALITY_CHOICES,
      help: 'Quality of recordings whose start names none. Default: `quality` in config.json, else standard.',
    },
    'accept-lost-witness': {
      kind: 'flag',
      help:
        'Use the event log although its witness file is missing or damaged, so that nobody can tell whether events ' +
        'are missing. An event says so. Needed once, and only when the recorder asks for it.',
    },
    'accept-contradicted-log': {
      kind: 'flag',
      help:
        'Accept that an outside witness has seen another log under this name, once you know why. An event says so. ' +
        'A witness that is asked again and contradicts again is reported again.',
    },
  },
  examples: [
    { line: 'f2f serve', does: 'Runs the recorder with the default home folder and port.' },
    {
      line: 'f2f serve --home ./trial --port 0 --source synthetic',
      does: 'Tries everything out without recording anybody. Uses a home folder of its own, any free port, and a test picture.',
    },
  ],
  json: false,
  async run({ options, home }) {
    const reserveBytes = options.reserve === undefined ? undefined : parseSize(options.reserve)
    if (reserveBytes === null)
      throw new UsageError('The option --reserve needs a size such as 256MB or 1.5GB.')
    // Imported here because the other commands must start without loading the recorder.
    const { serve } = await import('../../serve.ts')
    await serve({
      home: home.folder,
      source: options.source === 'synthetic' ? 'synthetic' : 'devices',
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.quality === undefined ? {} : { quality: options.quality }),
      ...(reserveBytes === undefined ? {} : { reserveBytes }),
      ...(options['accept-lost-witness'] ? { acceptLostWitness: true } : {}),
      ...(options['accept-contradicted-log'] ? { acceptContradictedLog: true } : {}),
    })
    return null
  },
})
