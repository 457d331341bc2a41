import { askEarly } from './live/early-answer.ts'
import { afterFrame } from './shell/after-frame.ts'

// The head of index.html is drawn first: compiling the page's script would delay it.
afterFrame(() => {
  askEarly()
  void import('./main.tsx')
})
