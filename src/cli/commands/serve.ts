import type { QualityPreset } from '../../contract/quality.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { parseSize } from '../quantities.ts'
import { QUALITY_CHOICES } from './media.ts'

/** Runs the daemon in the foreground. */
export const serve = defineCommand({
  name: 'serve',
  summary: 'run the recorder in the foreground',
  description: [
    'Serves the REST API on 127.0.0.1 and prints `listening on URL` when it is ready. Nothing is recorded before a ' +
      'start is asked for. The log goes to stderr.',
    'SIGINT (Ctrl-C) or SIGTERM finishes a running recording properly and ends the recorder. A home folder has one ' +
      'recorder at a time; a second one ends with exit code 1.',
  ],
  options: {
    port: {
      kind: 'number',
      value: 'NUMBER',
      min: 0,
      max: 65_535,
      help: 'TCP port; 0 picks a free one. Default: F2F_PORT, else `port` in config.json, else 3887.',
    },
    reserve: {
      kind: 'text',
      value: 'SIZE',
      help:
        'What is kept free on the disk of the recordings, e.g. 500MB: recording ends before it is touched. Default: ' +
        '`reserveBytes` in config.json, else 256MB.',
    },
    source: {
      kind: 'text',
      value: 'KIND',
      choices: ['devices', 'synthetic'],
      help: 'What is recorded: the devices of this computer (default), or a test picture and tones.',
    },
    quality: {
      kind: 'text',
      value: 'PRESET',
      choices: QUALITY_CHOICES,
      help: 'How closely a start that does not say it records. Default: `quality` in config.json, else standard.',
    },
  },
  examples: [
    { line: 'f2f serve', does: 'Runs on the default home folder and port.' },
    {
      line: 'f2f serve --home ./trial --port 0 --source synthetic',
      does: 'Tries everything out without recording anybody: a home folder of its own, any free port, a test picture.',
    },
  ],
  json: false,
  async run({ options, home }) {
    const reserveBytes = options.reserve === undefined ? undefined : parseSize(options.reserve)
    if (reserveBytes === null) throw new UsageError('--reserve takes a size such as 256MB or 1.5GB')
    // Only here: the other commands must start without loading the recorder.
    const { serve } = await import('../../serve.ts')
    await serve({
      home: home.folder,
      source: options.source === 'synthetic' ? 'synthetic' : 'devices',
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.quality === undefined ? {} : { quality: options.quality as QualityPreset }),
      ...(reserveBytes === undefined ? {} : { reserveBytes }),
    })
    return null
  },
})
