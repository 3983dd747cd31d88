import { alertSections } from './alerts.ts'
import { catchUp } from './charts/catch-up.ts'
import { hops } from './charts/hops.ts'
import { percentiles } from './charts/percentiles.ts'
import { recallLoss } from './charts/recall-loss.ts'
import { timeline } from './charts/timeline.ts'
import {
  environmentSection,
  faultsSection,
  profileSection,
  repeatSection,
} from './circumstances.ts'
import { findingsSection } from './findings.ts'
import { glossary } from './glossary.ts'
import { header } from './header.ts'
import { limitsSection } from './limits.ts'
import { html, type Markup } from './markup.ts'
import { measurements } from './measurements.ts'
import { methodSection } from './method.ts'
import { ownFiguresSection } from './own-figures.ts'
import { chartMarks, page, timeCharts } from './page.ts'
import type { Report } from './report.ts'
import { scenarioSection } from './scenario.ts'
import { sinceWarmup } from './since-warmup.ts'

/** A part of the page with a heading of its own; the navigation at the top leads to it. */
type Section = { id: string; title: string; content: Markup }

/** The whole report as one HTML file: complete without scripts, and no network. Same report, same bytes. */
export async function renderHtml(recorded: Report): Promise<string> {
  const report = { ...recorded, analysis: sinceWarmup(recorded.analysis) }
  const { analysis, judgement } = report
  const sections: Section[] = [
    { id: 'limits', title: 'Limits', content: limitsSection(report) },
    { id: 'timeline', title: 'Timeline', content: await timeline(analysis) },
    ...(await alertSections(report)),
    {
      id: 'percentiles',
      title: 'Response against service',
      content: await percentiles(analysis),
    },
    { id: 'hops', title: 'Lag by hop', content: await hops(analysis) },
    {
      id: 'recall-loss',
      title: 'Recall loss by cause',
      content: await recallLoss(analysis),
    },
    { id: 'catch-up', title: 'Catch-up', content: await catchUp(analysis) },
    { id: 'findings', title: 'Findings', content: findingsSection(report) },
    { id: 'measurements', title: 'All measurements', content: measurements(report) },
    { id: 'method', title: 'How it was measured', content: methodSection(report) },
    ...ownFigures(report),
    { id: 'faults', title: 'Faults', content: faultsSection(report) },
    { id: 'scenario', title: 'What was tested', content: scenarioSection(report) },
    {
      id: 'profile',
      title: analysis.plan.world === 'sim' ? 'Profile' : 'Servers',
      content: profileSection(report),
    },
    { id: 'environment', title: 'Environment', content: environmentSection(report) },
    { id: 'repeat', title: 'Repeat this run', content: repeatSection(report) },
    { id: 'glossary', title: 'Glossary', content: glossary() },
  ]
  const { plan } = analysis
  const title = `${judgement.verdict.toUpperCase()} ${plan.name} (seed ${plan.seed})`
  const body = html`${header(report)}
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<main>
${sections.map(sectionOf)}</main>`
  return page(analysis.faultline, title, body, [timeCharts(), chartMarks()])
}

function ownFigures({ analysis: { figures } }: Report): Section[] {
  if (!figures) return []
  const title = 'What the servers say of themselves'
  return [{ id: 'own-figures', title, content: ownFiguresSection(figures) }]
}

const sectionOf = ({ id, title, content }: Section): Markup =>
  html`<section id="${id}"><h2>${title}</h2>
${content}
</section>
`
