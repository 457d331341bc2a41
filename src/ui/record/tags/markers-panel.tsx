import { computed } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { MARKER_COLOURS, type MarkerColour } from '../../../contract/marker.ts'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { Field } from '../../controls/field.tsx'
import { locale, t } from '../../i18n/texts.ts'
import { isAllowed } from '../allowed.ts'
import { CommandButton } from '../command-button.tsx'
import { isPending } from '../commands.ts'
import { CONTROL_LINE_ID } from '../control-line.tsx'
import { ProblemNotice } from '../problem-notice.tsx'
import { markersOf, nextLabel, type PlacedMarker, setMarker } from './markers.ts'

/** Sets markers while something can be marked, and lists those of the recording. */
export function MarkersPanel({ recording }: { recording: RecordingAnswer }) {
  const isOver = recording.state === 'WrapUp'
  return (
    <section class="card markers" aria-labelledby="markers">
      <h2 id="markers">{t('record.markers')}</h2>
      {!isOver && <MarkerForm />}
      <ProblemNotice place="markers" />
      <MarkerList recording={recording} />
    </section>
  )
}

function MarkerForm() {
  return (
    <form
      class="marker-form"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        if (isAllowed('tag')) void setMarker()
      }}
    >
      <Field label={t('record.markers.label')} id="marker-label">
        <input
          class="input"
          id="marker-label"
          maxLength={200}
          disabled={!isAllowed('tag')}
          value={nextLabel.value}
          onInput={(event) => {
            nextLabel.value = event.currentTarget.value
          }}
        />
      </Field>
      <CommandButton
        text={t('record.markers.set')}
        icon="marker"
        shortcut="M"
        {...common('marker')}
        isSubmit={true}
      />
      <div class="marker-colours">
        {MARKER_COLOURS.map((colour, index) => (
          <ColourButton key={colour} colour={colour} shortcut={String(index + 1)} />
        ))}
      </div>
    </form>
  )
}

function common(key: string) {
  return {
    isAllowed: isAllowed('tag'),
    isPending: isPending('markers', key),
    reasonId: CONTROL_LINE_ID,
  }
}

function ColourButton({ colour, shortcut }: { colour: MarkerColour; shortcut: string }) {
  return (
    <CommandButton
      text={t(`record.markers.${colour}`)}
      icon="marker"
      look="small"
      shortcut={shortcut}
      colour={colour}
      {...common(`marker.${colour}`)}
      onPress={() => void setMarker(colour)}
    />
  )
}

/** Made once for a locale: that takes longer than many times. */
const exactTime = computed(
  () =>
    new Intl.DateTimeFormat(locale.value, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }),
)

/** Is drawn only when there are other markers: a recording can have thousands. */
function MarkerList({ recording }: { recording: RecordingAnswer }) {
  const { id, tagHistory } = recording
  const markers = useMemo(() => markersOf(recording), [id, tagHistory])
  return useMemo(
    () =>
      markers.length === 0 ? (
        <p class="soft">{t('record.markers.none')}</p>
      ) : (
        <ol class="marker-list" reversed>
          {markers.map((marker) => (
            <MarkerRow key={`${marker.at} ${marker.key}`} marker={marker} />
          ))}
        </ol>
      ),
    [id, markers.length, locale.value],
  )
}

function MarkerRow({ marker: { colour, label, at } }: { marker: PlacedMarker }) {
  const name = colour ? t(`record.markers.${colour}`) : ''
  return (
    <li class="marker" data-colour={colour ?? 'none'}>
      <time class="marker-time" dateTime={at}>
        {exactTime.value.format(new Date(at))}
      </time>
      <span class="marker-flag" aria-hidden="true" />
      <span class="marker-label">
        {label || <span class="soft">{t('record.markers.unlabelled')}</span>}
      </span>
      {name && <span class="soft marker-colour">{name}</span>}
    </li>
  )
}
