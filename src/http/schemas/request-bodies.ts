import { consentRequest } from './consent-request.ts'
import { reasonRequest } from './custody-requests.ts'
import { launchRequest } from './launch-request.ts'
import {
  emptyRequest,
  mediaRequest,
  pauseRequest,
  searchRequest,
  startMediaRequest,
  startRequest,
  tagRequest,
} from './requests.ts'
import { tokenRequest } from './token-request.ts'

/** The bodies of requests, by their names in openapi.json. */
export const REQUESTS = {
  ConsentRequest: consentRequest,
  CreateTokenRequest: tokenRequest,
  EmptyRequest: emptyRequest,
  LaunchRequest: launchRequest,
  MediaRequest: mediaRequest,
  PauseRequest: pauseRequest,
  ReasonRequest: reasonRequest,
  SearchRequest: searchRequest,
  StartMediaRequest: startMediaRequest,
  StartRequest: startRequest,
  TagRequest: tagRequest,
}
