import type { AuditKey } from '../contract/audit-key.ts'
import type { OutsiderView } from '../contract/outsiders.ts'
import type { VerificationView } from '../contract/verification.ts'
import type { RecorderClient } from './recorder-client.ts'
import type { RequestOptions, VerificationRequest } from './types.ts'

/** Returns the methods for verifying the log. */
export function verificationMethods(request: RecorderClient['request']) {
  return {
    auditKey: (options?: RequestOptions) =>
      request('GET', '/audit/key', options) as Promise<AuditKey>,
    rotateAuditKey: (options?: RequestOptions) =>
      request('POST', '/audit/key/rotate', { ...options, body: {} }) as Promise<AuditKey>,
    outsiders: (options?: RequestOptions) =>
      request('GET', '/audit/outsiders', options) as Promise<{ items: OutsiderView[] }>,
    verify: (body: VerificationRequest = {}, options?: RequestOptions) =>
      request('POST', '/audit/verifications', { ...options, body }) as Promise<VerificationView>,
    verification: (id: string, options?: RequestOptions) =>
      request(
        'GET',
        `/audit/verifications/${encodeURIComponent(id)}`,
        options,
      ) as Promise<VerificationView>,
  }
}
