import type { ParameterizedContext } from 'koa'
import type { Credential } from '../access/credential.ts'
import type { ErrorCode } from '../contract/errors.ts'

/** The state of a request, which its checks fill in. */
export interface RequestState {
  requestId: string
  credential: Credential
  /** Headers that every answer to this request must have, names and values alternating. */
  headers: string[]
  /** The route's pattern, for the log. The path itself could contain a launch code. */
  route: string
  /** Whether to log the request at info. Reading is logged at debug. */
  logAtInfo: boolean
  /** The code of the error that answered the request. */
  code: ErrorCode | undefined
}

/** Koa's context with the state of a request. */
export type HttpContext = ParameterizedContext<RequestState>

/** The credential of a request that needs none. */
export const NOBODY: Credential = { side: 'api', clientId: '', client: '', scopes: new Set() }
