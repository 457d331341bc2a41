import type { ParameterizedContext } from 'koa'
import type { Credential } from '../access/access.ts'
import type { ErrorCode } from '../contract/errors.ts'

/** State that a request carries from check to check. */
export interface RequestState {
  requestId: string
  credential: Credential
  /** Names and values, in turns, of headers that whatever answers this request must have. */
  headers: string[]
  /** Pattern of the route, for the log: the path itself could hold a launch code. */
  route: string
  /** Whether to log at info; reading is logged at debug. */
  notable: boolean
  /** Code of the error that answered the request. */
  code: ErrorCode | undefined
}

/** Koa's context with our state. */
export type HttpContext = ParameterizedContext<RequestState>

/** Stands for the credential of those who need none. */
export const NOBODY: Credential = { side: 'api', clientId: '', client: '', scopes: new Set() }
