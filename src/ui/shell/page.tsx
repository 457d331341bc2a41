import { useEffect } from 'preact/hooks'
import { language, t } from '../i18n/texts.ts'
import { link } from '../live/live-state.ts'
import { RecordView } from '../record/record-view.tsx'
import { AlarmBanner } from '../signs/alarm-banner.tsx'
import { PermissionInvitation } from '../signs/permission-invitation.tsx'
import { LazyView } from './lazy-view.tsx'
import { LinkBanner } from './link-banner.tsx'
import { hrefTo, type Route, route } from './router.ts'
import { SignedOut } from './signed-out.tsx'
import { loadAudit, loadInspector, loadList, loadPlayer, loadSettings } from './views.ts'

/** The whole page: its head with the places, and the place that is shown. */
export function Page() {
  const place = route.value
  useEffect(() => {
    document.documentElement.lang = language.value
  }, [language.value])
  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {t('nav.skip')}
      </button>
      <header class="head">
        <span class="head-name">{t('app.name')}</span>
        <nav class="head-places">
          <Place href={hrefTo('/')} text={t('nav.record')} isHere={place.name === 'record'} />
          <Place
            href={hrefTo('/recordings')}
            text={t('nav.recordings')}
            isHere={place.name === 'recordings' || place.name === 'recording'}
          />
          <Place
            href={hrefTo('/inspector')}
            text={t('nav.inspector')}
            isHere={place.name === 'inspector'}
          />
          <Place href={hrefTo('/audit')} text={t('nav.audit')} isHere={place.name === 'audit'} />
          <Place
            href={hrefTo('/settings')}
            text={t('nav.settings')}
            isHere={place.name === 'settings'}
          />
        </nav>
      </header>
      <LinkBanner />
      <AlarmBanner />
      <PermissionInvitation />
      <main id="content" tabIndex={-1}>
        {link.value.state === 'signedOut' ? <SignedOut /> : <View place={place} />}
      </main>
    </>
  )
}

// A link to a fragment would be taken for a place.
function skipToContent(): void {
  document.getElementById('content')?.focus()
}

function Place({ href, text, isHere }: { href: string; text: string; isHere: boolean }) {
  return (
    <a class="head-place" href={href} aria-current={isHere ? 'page' : undefined}>
      {text}
    </a>
  )
}

function View({ place }: { place: Route }) {
  if (place.name === 'recordings')
    return <LazyView key="list" load={loadList} props={{ query: place.query }} />
  if (place.name === 'recording')
    return (
      <LazyView key={place.id} load={loadPlayer} props={{ id: place.id, query: place.query }} />
    )
  if (place.name === 'inspector')
    return (
      <LazyView key="inspector" load={loadInspector} props={{ id: place.id, query: place.query }} />
    )
  if (place.name === 'audit') {
    const { question, query } = place
    return <LazyView key="audit" load={loadAudit} props={{ question, query }} />
  }
  if (place.name === 'settings') return <LazyView key="settings" load={loadSettings} props={{}} />
  return <RecordView />
}
