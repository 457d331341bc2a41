import type { Medium } from '../../../contract/media.ts'
import { t } from '../../i18n/texts.ts'
import { application } from '../../live/live-state.ts'
import { Icon } from '../icons.tsx'
import { StillLevel } from '../level-meter.tsx'
import { mediumName } from '../medium-name.ts'
import { devices } from './devices.ts'
import { type CheckSummary, readiness, summarise } from './readiness.ts'
import { ReadinessFinding } from './readiness-finding.tsx'
import { chooseDevice, startChoice } from './start-choice.ts'

/** One medium before a start: its device, and whether it delivers. */
export function MediumReadiness({ medium }: { medium: Medium }) {
  const { value } = readiness
  const summary = value.state === 'known' ? summarise(value.view.checks, medium) : null
  return (
    <li class="medium-row" data-result={summary?.result ?? value.state} data-medium={medium}>
      <Icon name={medium} size={24} />
      <DeviceChoice medium={medium} />
      <div class="medium-result">
        {summary ? <Result medium={medium} summary={summary} /> : <Waiting />}
      </div>
    </li>
  )
}

function DeviceChoice({ medium }: { medium: Medium }) {
  const list = devices.value?.[medium].devices ?? []
  const defaultDevice = list.find((device) => device.default) ?? list[0]
  const label = defaultDevice?.label ?? application.value?.media[medium].device?.label
  const chosen = startChoice.value.devices[medium]
  return (
    <div class="field medium-device">
      <label class="field-label" for={`device-${medium}`}>
        {mediumName(medium)}
      </label>
      <select
        class="input"
        id={`device-${medium}`}
        value={list.some(({ id }) => id === chosen) ? chosen : ''}
        onChange={(event) => chooseDevice(medium, event.currentTarget.value)}
      >
        <option value="">
          {label ? t('record.device.default', { device: label }) : t('record.device.none')}
        </option>
        {list.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
      </select>
    </div>
  )
}

function Waiting() {
  const { state } = readiness.value
  if (state === 'checking') return <p class="soft">{t('record.readiness.checking')}</p>
  return <p class="soft">{t('record.readiness.unknown')}</p>
}

const WORDS = {
  pass: 'record.readiness.pass',
  warn: 'record.readiness.warn',
  fail: 'record.readiness.fail',
} as const

function Result({ medium, summary }: { medium: Medium; summary: CheckSummary }) {
  const { result, findings, level } = summary
  return (
    <>
      <p class="result-word">
        <Icon name={result === 'pass' ? 'check' : 'error'} size={18} />
        {t(medium === 'mic' && result === 'pass' ? 'record.readiness.heard' : WORDS[result])}
      </p>
      {level && <StillLevel medium={medium} level={level} />}
      {findings.map((check) => (
        <ReadinessFinding key={check.id} check={check} />
      ))}
    </>
  )
}
