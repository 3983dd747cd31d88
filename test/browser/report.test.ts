import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderHtml } from '../../reports/html.ts'
import { fired } from '../support/alerts.ts'
import { anAnalysis, aReport } from '../support/analysis.ts'
import { noBrowser, startBrowser } from '../support/browser.ts'
import { barriers, opened as openedPage, printed, sheet, sideways } from '../support/opened.ts'

let browser: Browser
let address = ''

beforeAll(async () => {
  if (noBrowser !== undefined) return
  const file = join(mkdtempSync(join(tmpdir(), 'faultline-browser-')), 'report.html')
  writeFileSync(file, await renderHtml(aReport({ analysis: anAnalysis({ alerts: [fired] }) })))
  address = pathToFileURL(file).href
  browser = await startBrowser()
})
afterAll(() => browser?.close())

/** The report in a window of its own. */
const opened = (options: BrowserContextOptions = {}) => openedPage(browser, address, options)

/** Every line that the first four wide charts draw. */
const lines = `[...document.querySelectorAll('.panel .wide svg[data-room]')].slice(0, 4)
  .flatMap((svg) => [...svg.querySelectorAll('path[stroke-linecap]')].map((path) => path.getAttribute('d')))`

/** Where the chart of search response stands, scrolled into view. */
async function boxOf(page: Page) {
  const chart = page.locator('.panel svg[data-room]:visible').nth(1)
  await chart.scrollIntoViewIfNeeded()
  const box = await chart.boundingBox()
  if (!box) throw new Error('the chart is not shown')
  return box
}

/** Draws a stretch on the chart of search response, from and to a share of its width. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const { x, y, width, height } = await boxOf(page)
  await page.mouse.move(x + width * from, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * to, y + height / 2, { steps: 3 })
  await page.mouse.up()
}

describe.skipIf(noBrowser)(`the report in a browser${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  test('asks for nothing but itself, and the browser has nothing against it', async () => {
    const { page, requests, complaints } = await opened()
    expect(requests).toEqual([address])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('its policy lets in no script, no style, no request that it does not name', async () => {
    const { page, complaints } = await opened()
    await page.evaluate(`{
      const script = document.createElement('script')
      script.textContent = 'window.intruder = true'
      document.body.append(script)
      const painted = document.createElement('p')
      painted.setAttribute('style', 'color: red')
      document.body.append(painted)
      const picture = new Image()
      picture.src = 'https://example.invalid/picture.png'
      document.body.append(picture)
    }`)
    await expect.poll(() => complaints.length).toBeGreaterThanOrEqual(3)
    expect(await page.evaluate('window.intruder')).toBeUndefined()
    for (const complaint of complaints) expect(complaint).toContain('Content Security Policy')
    await page.close()
  })

  test('axe-core finds no barrier, 400 px wide', async () => {
    const { page } = await opened({ viewport: { width: 400, height: 800 } })
    expect(await barriers(page)).toEqual([])
    await page.close()
  })

  test('axe-core finds no barrier on a wide page, and in the dark no text too faint', async () => {
    const { page } = await opened()
    await page.getByRole('button', { name: 'partition', exact: true }).click()
    expect(await barriers(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await barriers(page, ['color-contrast'])).toEqual([])
    await page.close()
  })

  test('axe-core would find one', async () => {
    const { page } = await opened()
    await page.evaluate('document.querySelector("#limits h2").outerHTML = "<h5>Limits</h5>"')
    expect((await barriers(page, ['heading-order'])).join()).toContain('heading-order')
    await page.close()
  })

  test('has one title, and headings that skip no level', async () => {
    const { page } = await opened()
    const levels = await page.evaluate<number[]>(
      '[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(({ tagName }) => Number(tagName[1]))',
    )
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([])
    await page.close()
  })

  test('the keyboard reaches every section, and what is folded', async () => {
    const { page } = await opened()
    for (let i = 0; i < 10 && !(await page.evaluate('document.activeElement.closest("nav")')); i++)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(page.url()).toBe(`${address}#limits`)
    await page.evaluate('document.querySelector("#timeline .data summary").focus()')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.querySelector("#timeline .data").open')).toBe(true)
    await page.close()
  })

  test('what is wider than a phone scrolls by itself, by keyboard too, and the page never does', async () => {
    for (const width of [400, 320]) {
      const { page } = await opened({ viewport: { width, height: 800 } })
      expect(await sideways(page)).toBe(0)
      await page.evaluate(
        'document.querySelectorAll("details").forEach((one) => { one.open = true })',
      )
      expect(await sideways(page)).toBe(0)
      const unreachable = await page.evaluate<string[]>(
        `[...document.querySelectorAll('main *')]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'auto')
          .filter((one) => one.tabIndex !== 0 || !one.ariaLabel)
          .map((one) => one.outerHTML.slice(0, 90))`,
      )
      expect(unreachable).toEqual([])
      await page.close()
    }
  })

  test('dark is dark, and printed it is light', async () => {
    const { page } = await opened({ colorScheme: 'dark' })
    const paper = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    expect(await paper()).toBe('rgb(20, 23, 26)')
    await page.emulateMedia({ media: 'print' })
    expect(await paper()).toBe('rgb(255, 255, 255)')
    await page.close()
  })

  test('printed on A4 no page but the last is left half empty', async () => {
    const { page } = await opened({ viewport: sheet })
    const { pages, full } = await printed(page)
    expect(pages).toBeGreaterThan(3)
    // Full pages on average: what may not be torn leaves some room at the foot of a page.
    expect(full).toBeGreaterThan(0.85)
    expect(await sideways(page)).toBe(0)
    await page.close()
  })

  test('dragging over one chart zooms all of them, each of its buttons shows what it says', async () => {
    const { page, complaints } = await opened()
    const drawn = () => page.evaluate<string[]>(lines)
    const whole = await drawn()
    await drag(page, 0.4, 0.6)
    expect(await page.textContent('.tools [role=status]')).toMatch(
      /^Shown: 5\d[.\d]* s to [89]\d[.\d]* s\.$/,
    )
    const zoomed = await drawn()
    expect(zoomed).toHaveLength(whole.length)
    expect(zoomed.filter((path, i) => path === whole[i])).toEqual([])
    await page.getByRole('button', { name: 'partition', exact: true }).click()
    expect(await page.textContent('.tools [role=status]')).toBe('Shown: 16.7 s to 83.3 s.')
    await page.getByRole('button', { name: 'whole run' }).click()
    expect(await drawn()).toEqual(whole)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('zoomed in, a line passes through the place that its value has on the new axis', async () => {
    const { page } = await opened()
    await page.getByRole('button', { name: 'partition', exact: true }).click()
    const ticks = await page.evaluate<[string, number][]>(
      `[...document.querySelector('.panel svg[data-room]').querySelectorAll('text[font-size="10"]')]
        .map((text) => [text.textContent, Number(text.getAttribute('x'))])`,
    )
    // The fault begins 13.3 s and ends 53.3 s after the left edge of 66.7 s.
    const width = 848
    expect(ticks).toContainEqual(['30 s', expect.closeTo((width * 13.333) / 66.667, 0)])
    const edges = await page.evaluate<number[]>(
      `[...document.querySelector('.panel svg[data-room]').querySelectorAll('line[stroke="var(--band-edge)"]')]
        .map((line) => Number(/[(]([-.0-9]+)/.exec(line.getAttribute('transform'))[1]))`,
    )
    expect(edges).toEqual([
      expect.closeTo((width * 13.333) / 66.667, 0),
      expect.closeTo((width * 53.333) / 66.667, 0),
    ])
    await page.close()
  })

  test('the values beside the pointer are those of the table under the chart', async () => {
    const { page } = await opened()
    const box = await boxOf(page)
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2)
    const [moment = ''] = (await page.innerText('.tip')).split('\n')
    const values = await page.locator('.tip span').allTextContents()
    expect(values).toHaveLength(6)
    const cells = await page.evaluate<string[]>(
      `[...[...document.querySelectorAll('.panel .data')[1].querySelectorAll('tbody tr')]
        .find((one) => one.cells[0].textContent === ${JSON.stringify(moment.replace(' ', '\u00a0'))}).cells]
        .map((cell) => cell.textContent)`,
    )
    expect(values).toEqual(cells.slice(1))
    await page.close()
  })

  test('alerts zoom with all else, their names stay, and say what they were at a moment', async () => {
    const { page } = await opened()
    const chart = page.locator('.alerts svg[data-room]:visible')
    const name = chart.getByText('Lag: fired')
    const before = await name.boundingBox()
    await chart.scrollIntoViewIfNeeded()
    const bars = () =>
      page.evaluate<string[]>(
        '[...document.querySelectorAll(".alerts .wide path[stroke=\\"var(--c1)\\"]")].map((bar) => bar.getAttribute("d"))',
      )
    const whole = await bars()
    expect(whole).toHaveLength(2)
    await chart.focus()
    // From warm-up's first second, a hundredth of the run a key.
    await page.keyboard.press('Home')
    const status = () => page.textContent('.tools [role=status]')
    await page.keyboard.press('ArrowRight')
    expect(await status()).toMatch(/: Lag silent\.$/)
    const said = new Set<string>()
    for (let i = 0; i < 100; i++) {
      await page.keyboard.press('ArrowRight')
      said.add(((await status()) ?? '').split(': ')[1] ?? '')
    }
    expect([...said]).toEqual(['Lag silent.', 'Lag pending.', 'Lag firing.'])
    await page.getByRole('button', { name: 'partition', exact: true }).click()
    expect((await bars()).filter((path, i) => path === whole[i])).toEqual([])
    expect((await name.boundingBox())?.x).toBe(before?.x)
    await page.close()
  })

  test('marks of charts without time say what they stand for', async () => {
    const { page } = await opened()
    for (const [section, text] of [
      ['percentiles', /^[\w-]+ (response|service) p[\d.]+: /],
      ['hops', /^[\w:-]+, .+ (p50|tail): /],
      ['recall-loss', /^[\w:-]+, \w+: [\d.]+ %$/],
      ['catch-up', /after the end: [\d,]+ still open$/],
    ] as const) {
      await page.locator(`#${section} svg.told`).first().focus()
      await page.keyboard.press('End')
      expect(await page.locator('.tip:visible').innerText()).toMatch(text)
    }
    await page.close()
  })

  test('the keyboard reads values, zooms, moves, and shows the whole run again', async () => {
    const { page } = await opened()
    const status = () => page.textContent('.tools [role=status]')
    await page.locator('.panel svg[data-room]:visible').nth(1).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    expect(await status()).toMatch(/^−?\d+ s: us-east p50 [\d.]+.ms, us-east p99 [\d.]+.ms/)
    await page.keyboard.press('+')
    const first = await status()
    expect(first).toMatch(/^Shown: /)
    await page.keyboard.press('Shift+ArrowRight')
    expect(await status()).not.toBe(first)
    await page.keyboard.press('Escape')
    expect(await status()).toBe('Whole run shown.')
    await page.close()
  })

  test('without scripts it says the same', async () => {
    const text = async (options: BrowserContextOptions): Promise<string> => {
      const { page } = await opened(options)
      const said = await page.innerText('main')
      const tools = (await page.locator('.tools').isVisible()) ? await page.innerText('.tools') : ''
      await page.close()
      return said.replace(tools, '').replace(/\s+/g, ' ')
    }
    const bare = await text({ javaScriptEnabled: false })
    expect(bare.length).toBeGreaterThan(5_000)
    expect(await text({})).toBe(bare)
  })
})
