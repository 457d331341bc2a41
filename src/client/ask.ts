import type { RecorderClient } from './recorder-client.ts'

/**
 * Sends a request below `/v1` and resolves with its answer, in the type that the method of the
 * client promises. That the recorder answers so is what its schemas and tests hold it to: a client
 * does not check it again. Rejects like {@link RecorderClient}.
 */
export type Ask = <T>(...request: Parameters<RecorderClient['request']>) => Promise<T>
