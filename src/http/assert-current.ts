import type { Access } from '../access/access.ts'
import type { Credential } from '../access/credential.ts'
import { RecorderError } from '../contract/errors.ts'

/** Throws UNAUTHENTICATED when a credential has ended since its request was let in. */
export function assertCurrent(access: Pick<Access, 'isCurrent'>, credential: Credential): void {
  if (!access.isCurrent(credential))
    throw new RecorderError('UNAUTHENTICATED', 'The credential has ended.')
}
