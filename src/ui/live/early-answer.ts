/** The answer to a question for the recorder's state, and when it was asked. */
interface EarlyAnswer {
  askedAt: number
  answer: Promise<Response>
}

declare global {
  // The first script and the page's script are bundled apart, and share only this.
  var f2fEarlyAnswer: EarlyAnswer | undefined
}

const URL_OF_STATE = '/v1/application'

/** Asks for the recorder's state while the page's script is being loaded. */
export function askEarly(): void {
  const answer = fetch(URL_OF_STATE, { cache: 'no-store', redirect: 'error' })
  // The page asks again when it has failed.
  answer.catch(() => {})
  globalThis.f2fEarlyAnswer = { askedAt: performance.now(), answer }
}

/** Returns when the next answer about the state is asked for, or was. */
export function nextAskedAt(): number {
  return globalThis.f2fEarlyAnswer?.askedAt ?? performance.now()
}

/** Sends a request. The first one for the state gets the answer that was asked for early. */
export const fetchEarly: typeof fetch = (url, init) => {
  const early = globalThis.f2fEarlyAnswer
  if (early === undefined || url !== URL_OF_STATE) return fetch(url, init)
  globalThis.f2fEarlyAnswer = undefined
  return early.answer.catch(() => fetch(url, init))
}
