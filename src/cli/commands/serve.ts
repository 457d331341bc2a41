import { defineCommand } from '../command.ts'

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
    source: {
      kind: 'text',
      value: 'KIND',
      choices: ['devices', 'synthetic'],
      help: 'What is recorded: the devices of this computer (default), or a test picture and tones.',
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
    // Only here: the other commands must start without loading the recorder.
    const daemon = await import('../../main.ts')
    await daemon.serve({
      home: home.folder,
      source: options.source === 'synthetic' ? 'synthetic' : 'devices',
      ...(options.port === undefined ? {} : { port: options.port }),
    })
    return null
  },
})
