import { problemTexts } from '../i18n/shown-problems.ts'
import type { ShownProblem } from './shown-problem.ts'

/** Errors whose title says as much as the recorder's sentence. */
const SAYS_ALL = new Set([
  ...['CONTROL_HELD_BY_API', 'CONTROL_HELD_BY_UI', 'ALREADY_RECORDING', 'RECORDING_CLOSED'],
  ...['NO_CURRENT_RECORDING', 'RECORDING_NOT_FOUND', 'UNAUTHENTICATED', 'IN_FLIGHT'],
])

/**
 * Says what went wrong and what to do, in the language of the page. In between stands the
 * recorder's own sentence about this case, which is English.
 */
export function ProblemText({
  problem,
  isHeading,
}: {
  problem: ShownProblem
  isHeading?: boolean
}) {
  const { code, detail } = problem
  const known = problemTexts.value?.[code as keyof typeof problemTexts.value]
  const [title, remedy] = known ?? [problem.title, problem.remedy]
  const isEnough = known !== undefined && SAYS_ALL.has(code)
  const language = known === undefined ? { lang: 'en' } : {}
  return (
    <>
      {isHeading ? (
        <h2 {...language}>{title}</h2>
      ) : (
        <p class="problem-title" {...language}>
          {title}
        </p>
      )}
      {detail && detail !== problem.title && !isEnough && <p lang="en">{detail}</p>}
      {remedy && <p {...language}>{remedy}</p>}
    </>
  )
}
