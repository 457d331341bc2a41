import { RecorderError } from '../../contract/errors.ts'

/** The streams of one kind that one client can have at a time. */
const MAX_PER_CLIENT = 8

/**
 * Throws TOO_MANY_STREAMS when a client has as many streams as it may. `owners` has the owner of
 * each open stream; `kind` names the streams in the plural.
 */
export function assertStreamRoom(owners: Iterable<string>, owner: string, kind: string): void {
  const count = [...owners].filter((other) => other === owner).length
  if (count >= MAX_PER_CLIENT)
    throw new RecorderError('TOO_MANY_STREAMS', `This client already has ${count} ${kind}.`, {
      members: { retryAfterSeconds: 1 },
    })
}
