import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What is printed of an A4 page with margins of 12 mm, in CSS pixels. */
export const sheet = { width: 703, height: 1032 }

type Opened = { page: Page; requests: string[]; complaints: string[] }

/** A page in a window of its own, with all it asked for and all the browser said against it. */
export async function opened(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(address)
  return { page, requests, complaints }
}

/** What axe-core holds against the page, one line a rule; of all its rules, or of these alone. */
export async function barriers(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`)
  return violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 90))}`,
  )
}

/** By how many pixels a page is wider than its window. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth')

/** Pages of A4 that it prints to, and how full all but the last are on average: 1 is full. */
export async function printed(page: Page): Promise<{ pages: number; full: number }> {
  const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
  const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0
  await page.emulateMedia({ media: 'print' })
  const height = await page.evaluate<number>('document.body.scrollHeight')
  return { pages, full: pages < 2 ? 1 : height / ((pages - 1) * sheet.height) }
}
