import { render } from 'preact'
import { loadProblemTexts } from './i18n/shown-problems.ts'
import { followLanguage, loadTexts } from './i18n/texts.ts'
import { askForState } from './inspector/opening/early-state.ts'
import { followRecorder, openStream, watchRecorder } from './live/live-state.ts'
import { afterFirstFrame } from './shell/first-frame.ts'
import { Page } from './shell/page.tsx'
import { route } from './shell/router.ts'
import { prepareView } from './shell/views.ts'
import { soundAlarms } from './signs/alarm-sound.ts'
import { showDocumentSigns } from './signs/document-signs.ts'
import { notifyChanges } from './signs/notifications.ts'

askForState(route.peek())
followRecorder()
// Together with its view: a frame of its own would delay it.
void Promise.allSettled([loadTexts(), prepareView(route.peek())]).then(show)

function show(): void {
  followLanguage()
  render(<Page />, document.getElementById('page') as HTMLElement)
  afterFirstFrame(() => {
    openStream()
    watchRecorder()
    showDocumentSigns()
    notifyChanges()
    soundAlarms()
    loadProblemTexts()
  })
}
