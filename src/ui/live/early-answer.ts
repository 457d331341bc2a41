/** The answer to a question that was asked early, and when it was asked. */
interface EarlyAnswer {
  askedAt: number
  answer: Promise<Response>
}

declare global {
  // The first script and the page's script are bundled apart, and share only this.
  var f2fEarlyAnswers: Map<string, EarlyAnswer> | undefined
}

/** The address of the recorder's state. */
export const URL_OF_STATE = '/v1/application'

/** Asks for an address of the recorder while the page's script is being loaded. */
export function askEarly(url: string): void {
  // The browser may keep a chart, but none of the recorder's answers.
  const cache = url.startsWith('/v1/') ? 'no-store' : 'default'
  const answer = fetch(url, { cache, redirect: 'error' })
  // The page asks again when it has failed.
  answer.catch(() => {})
  globalThis.f2fEarlyAnswers ??= new Map()
  globalThis.f2fEarlyAnswers.set(url, { askedAt: performance.now(), answer })
}

/** Returns when the next answer about the state is asked for, or was. */
export function nextAskedAt(): number {
  return globalThis.f2fEarlyAnswers?.get(URL_OF_STATE)?.askedAt ?? performance.now()
}

/** Sends a request. The first one for an address gets the answer that was asked for early. */
export const fetchEarly: typeof fetch = (url, init) => {
  const answers = globalThis.f2fEarlyAnswers
  const early = typeof url === 'string' ? answers?.get(url) : undefined
  if (early === undefined) return fetch(url, init)
  answers?.delete(url as string)
  return early.answer.catch(() => fetch(url, init))
}
