import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** Returns the route for the settings that are in force. */
export function configurationRoutes({ configuration, compositions, address }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/config',
      operationId: 'readConfiguration',
      tag: 'Recorder',
      summary: 'The settings that are in force, and where each comes from',
      description:
        'Those that need no restart change when the daemon reads config.json again. Secrets and the home folder are left out. `port` is the one in use, and `ffmpegPath` the program in use.',
      scope: 'read',
      outcomes: [
        {
          status: 200,
          description: 'The settings',
          content: { 'application/json': ANSWERS.Configuration },
        },
      ],
      async handle({ ctx }) {
        const { port, ffmpegPath, ...others } = configuration
        sendJson(ctx, 200, {
          port: { ...port, value: address().port },
          ffmpegPath: { ...ffmpegPath, value: await compositions.ffmpegPath() },
          ...others,
        })
      },
    }),
  ]
}
