import { askForMoment } from './inspector/opening/early-moment.ts'
import { askEarly, URL_OF_STATE } from './live/early-answer.ts'
import { afterFrame } from './shell/after-frame.ts'
import { preloadScripts } from './shell/view-style.ts'

if (askForMoment(location.hash)) {
  preloadScripts('inspector')
  open()
}
// The head of index.html is drawn first: compiling the page's script would delay it.
else afterFrame(open)

function open(): void {
  askEarly(URL_OF_STATE)
  void import('./main.tsx')
}
