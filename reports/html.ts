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
import { html, type Markup, trusted } from './markup.ts'
import { measurements } from './measurements.ts'
import { ownFiguresSection } from './own-figures.ts'
import { page } from './page.ts'
import type { Report } from './report.ts'
import { scenarioSection } from './scenario.ts'
import { sinceWarmup } from './since-warmup.ts'

/** What may be long starts on a page of its own when printed. */
type Section = { id: string; title: string; content: Markup; sheet?: boolean }

/** The whole report as one HTML file: no network, no scripts. Same report, same bytes. */
export async function renderHtml(recorded: Report): Promise<string> {
  const report = { ...recorded, analysis: sinceWarmup(recorded.analysis) }
  const { analysis, judgement } = report
  const sections: Section[] = [
    { id: 'limits', title: 'Limits', content: limitsSection(report) },
    { id: 'timeline', title: 'Timeline', content: await timeline(analysis), sheet: true },
    {
      id: 'percentiles',
      title: 'Response against service',
      content: await percentiles(analysis),
      sheet: true,
    },
    { id: 'hops', title: 'Lag by hop', content: await hops(analysis) },
    {
      id: 'recall-loss',
      title: 'Recall loss by cause',
      content: await recallLoss(analysis),
      sheet: true,
    },
    { id: 'catch-up', title: 'Catch-up', content: await catchUp(analysis) },
    { id: 'findings', title: 'Findings', content: findingsSection(report), sheet: true },
    { id: 'measurements', title: 'All measurements', content: measurements(report) },
    ...ownFigures(report),
    { id: 'faults', title: 'Faults', content: faultsSection(report), sheet: true },
    { id: 'scenario', title: 'Scenario', content: scenarioSection(report), sheet: true },
    {
      id: 'profile',
      title: analysis.plan.world === 'sim' ? 'Profile' : 'Servers',
      content: profileSection(report),
    },
    { id: 'environment', title: 'Environment', content: environmentSection(report) },
    { id: 'repeat', title: 'Repeat this run', content: repeatSection(report) },
    { id: 'glossary', title: 'Glossary', content: glossary(), sheet: true },
  ]
  const { plan } = analysis
  const title = `${judgement.verdict.toUpperCase()} ${plan.name} (seed ${plan.seed})`
  const body = html`${header(report)}
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<main>
${sections.map(sectionOf)}</main>`
  return page(analysis.faultline, title, body)
}

function ownFigures({ analysis: { figures } }: Report): Section[] {
  if (!figures) return []
  const title = 'What the servers say of themselves'
  return [{ id: 'own-figures', title, content: ownFiguresSection(figures), sheet: true }]
}

const sectionOf = ({ id, title, content, sheet = false }: Section): Markup =>
  html`<section id="${id}"${sheet && trusted(' class="sheet"')}><h2>${title}</h2>
${content}
</section>
`
