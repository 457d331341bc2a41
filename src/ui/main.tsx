import { render } from 'preact'
import './style/main.css'
import { followRecorder } from './live/live-state.ts'
import { watchPulse } from './live/pulse.ts'
import { Page } from './shell/page.tsx'
import { soundAlarms } from './signs/alarm-sound.ts'
import { showDocumentSigns } from './signs/document-signs.ts'
import { notifyChanges } from './signs/notifications.ts'

followRecorder()
watchPulse()
showDocumentSigns()
notifyChanges()
soundAlarms()
render(<Page />, document.getElementById('page') as HTMLElement)
