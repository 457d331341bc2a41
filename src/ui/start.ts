import { askForMoment } from './inspector/early-moment.ts'
import { askEarly, URL_OF_STATE } from './live/early-answer.ts'
import { afterFrame } from './shell/after-frame.ts'
import { preloadScripts } from './shell/view-style.ts'

const isMoment = askForMoment(location.hash)
// The head of index.html is drawn first: compiling the page's script would delay it.
afterFrame(() => {
  askEarly(URL_OF_STATE)
  if (isMoment) preloadScripts('inspector')
  void import('./main.tsx')
})
