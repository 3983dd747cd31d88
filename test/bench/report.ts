import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { startBrowser } from '../support/browser.ts'

/**
 * How long Chromium takes to open a page: to the load event.
 *
 *   npm run bench:report -- runs/latest/report.html
 */
const [page = 'runs/latest/report.html'] = process.argv.slice(2)
const OPENED = 7

const browser = await startBrowser()
try {
  const loads: number[] = []
  for (let i = 0; i < OPENED; i++) {
    const tab = await browser.newPage()
    await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' })
    const began = 'performance.getEntriesByType("navigation")[0].loadEventStart'
    loads.push(await tab.evaluate<number>(began))
    await tab.close()
  }
  loads.sort((a, b) => a - b)
  const [least, median, most] = [loads[0], loads[(OPENED - 1) / 2], loads.at(-1)]
  const ms = (value: number | undefined) => `${value?.toFixed(0)} ms`
  process.stdout.write(
    `${page}: ${(statSync(page).size / 1e6).toFixed(2)} MB, load event after ${ms(median)} (${ms(least)} to ${ms(most)}, ${OPENED} tabs)\n`,
  )
} finally {
  await browser.close()
}
