import { render } from 'preact'
import './style/main.css'
import { followRecorder } from './live/live-state.ts'
import { Page } from './shell/page.tsx'

void followRecorder()
render(<Page />, document.getElementById('page') as HTMLElement)
