/** The page's texts in English. Names in braces are replaced. */
export const en = {
  'app.name': 'Face-to-Face Recorder',
  'nav.record': 'Record',
  'nav.recordings': 'Recordings',
  'nav.settings': 'Settings',
  'nav.skip': 'Skip to content',
  'medium.mic': 'Microphone',
  'medium.speaker': 'Speaker',
  'medium.screen': 'Screen',
  'link.connecting': 'Connecting to the recorder …',
  'link.lost': 'Connection lost. What you see may be out of date.',
  'link.opening': 'The recorder is starting: {progress}',
  'link.signedOut': 'You are signed out.',
  'link.signedOutHelp':
    'Run “f2f ui” on this computer, or ask your administrator for a new link. A recording in progress goes on.',
  'page.loading': 'Loading …',
  'page.outdated': 'This page is older than the recorder.',
  'page.reload': 'Reload',
}
