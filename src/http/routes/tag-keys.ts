import type { TagEntry } from '../../contract/views.ts'
import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** The newest recordings whose tags are looked at. */
const RECORDINGS = 200
const MOST_KEYS = 200

/** Returns the route of the tag keys, with which a page completes what a person types. */
export function tagKeyRoutes({ recorder }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/tag-keys',
      operationId: 'listTagKeys',
      tag: 'Recordings',
      summary: 'The tag keys of the newest 200 recordings, the last used first',
      description: 'Without the recorder’s own keys. There are at most 200.',
      scope: 'read',
      outcomes: [
        {
          status: 200,
          description: 'The keys',
          content: { 'application/json': ANSWERS.TagKeys },
        },
      ],
      async handle({ ctx, credential }) {
        const { items } = await recorder.recordings({ limit: RECORDINGS }, credential.side)
        sendJson(ctx, 200, { items: keysIn(items.flatMap(({ tags }) => tags)) })
      },
    }),
  ]
}

function keysIn(tags: readonly TagEntry[]): { key: string; lastUsedAt: string }[] {
  const lastUse = new Map<string, string>()
  for (const { key, at } of tags)
    if (!key.startsWith('system.') && at > (lastUse.get(key) ?? '')) lastUse.set(key, at)
  return [...lastUse]
    .map(([key, lastUsedAt]) => ({ key, lastUsedAt }))
    .sort((a, b) => b.lastUsedAt.localeCompare(a.lastUsedAt))
    .slice(0, MOST_KEYS)
}
