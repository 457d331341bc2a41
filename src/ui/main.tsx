import { render } from 'preact'
import './style/main.css'
import { loadProblemTexts } from './i18n/shown-problems.ts'
import { followRecorder, openStream, watchRecorder } from './live/live-state.ts'
import { afterFirstFrame } from './shell/first-frame.ts'
import { Page } from './shell/page.tsx'
import { soundAlarms } from './signs/alarm-sound.ts'
import { showDocumentSigns } from './signs/document-signs.ts'
import { notifyChanges } from './signs/notifications.ts'

followRecorder()
render(<Page />, document.getElementById('page') as HTMLElement)
afterFirstFrame(() => {
  openStream()
  watchRecorder()
  showDocumentSigns()
  notifyChanges()
  soundAlarms()
  loadProblemTexts()
})
