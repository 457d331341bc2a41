import type { Ask } from './ask.ts'
import type { RecorderClient } from './recorder-client.ts'

/** Returns the methods for verifying the log. */
export function verificationMethods(ask: Ask) {
  return {
    auditKey: (options) => ask('GET', '/audit/key', options),
    rotateAuditKey: (options) => ask('POST', '/audit/key/rotate', { ...options, body: {} }),
    consistency: (query, options) => ask('GET', '/audit/consistency', { ...options, query }),
    outsiders: (options) => ask('GET', '/audit/outsiders', options),
    verify: (body = {}, options) => ask('POST', '/audit/verifications', { ...options, body }),
    verification: (id, options) =>
      ask('GET', `/audit/verifications/${encodeURIComponent(id)}`, options),
  } satisfies Partial<RecorderClient>
}
