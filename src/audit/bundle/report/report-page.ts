import type { PageLanguage } from '../../../contract/configuration.ts'
import { checkSection } from './check-section.ts'
import { consentSection, holdsSection } from './custody-sections.ts'
import { filesSection } from './files-section.ts'
import { Formats } from './formats.ts'
import { factsSection, headSection, pictureSection } from './head-sections.ts'
import { accessesSection, refusalsSection, warningsSection } from './history-sections.ts'
import { Html, html, visible } from './html.ts'
import type { Report, Section } from './section.ts'
import { stretchesSection } from './stretches-section.ts'
import { STYLE } from './style.ts'
import { tagsSection } from './tags-section.ts'
import type { ReportTexts } from './texts.ts'
import { de } from './texts-de.ts'
import { en } from './texts-en.ts'
import { verdictSection } from './verdict-section.ts'

const TEXTS: Record<PageLanguage, ReportTexts> = { en, de }

/**
 * Renders a report as one HTML page for people: without scripts, and without a request to anywhere.
 * `styleHash` is the SHA-256 of {@link STYLE} in base64, the one style that its policy allows.
 */
export function reportPage(report: Report, language: PageLanguage, styleHash: string): string {
  const { model } = report
  const texts = TEXTS[language]
  const formats = new Formats(language, model.timeZone)
  const section: Section = { ...report, texts, formats }
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`
  const sections: Html[] = [
    ...[headSection, factsSection, pictureSection, verdictSection, stretchesSection],
    ...[consentSection, holdsSection, tagsSection, refusalsSection, warningsSection],
    ...[accessesSection, filesSection, checkSection],
  ].map((render) => render(section))
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${texts.title(formats.date(model.startedAt))} · ${visible(model.recordingId)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${sections}
</main>
<footer><p>${texts.footer(formats.dateTime(report.bundle.madeAt), report.bundle.version)} ${texts.summaryOnly}</p></footer>
</body>
</html>
`.text
}
