import { ProblemText } from '../controls/problem-text.tsx'
import { t } from '../i18n/texts.ts'
import { type Place, problems } from './commands.ts'

/** Says why the last command of a place failed, and what to do. Empty while none did. */
export function ProblemNotice({ place }: { place: Place }) {
  const problem = problems.value[place]
  return (
    <div class="problem" role="alert" data-problem={place}>
      {problem === null && <p class="problem-title">{t('record.problem.unreachable')}</p>}
      {problem === 'unanswered' && <p class="problem-title">{t('record.problem.unanswered')}</p>}
      {problem && problem !== 'unanswered' && <ProblemText problem={problem} />}
    </div>
  )
}
