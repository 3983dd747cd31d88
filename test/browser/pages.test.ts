import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noBrowser, startBrowser } from '../support/browser.ts'
import { barriers, opened, printed, sheet, sideways } from '../support/opened.ts'
import { pages } from '../support/pages.ts'

let browser: Browser
const addresses = new Map<string, string>()
const addressOf = (name: string) => addresses.get(name) as string

beforeAll(async () => {
  if (noBrowser !== undefined) return
  const folder = mkdtempSync(join(tmpdir(), 'faultline-pages-'))
  for (const [name, made] of Object.entries(pages)) {
    const file = join(folder, `${name}.html`)
    writeFileSync(file, await made())
    addresses.set(name, pathToFileURL(file).href)
  }
  browser = await startBrowser()
})
afterAll(() => browser?.close())

describe.skipIf(noBrowser).each(Object.keys(pages))('the %s page in a browser', (name) => {
  test('asks for nothing, has one title, and axe-core finds no barrier, light or dark', async () => {
    const { page, requests, complaints } = await opened(browser, addressOf(name))
    expect(requests).toEqual([addressOf(name)])
    expect(await page.locator('h1').count()).toBe(1)
    expect(await barriers(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await barriers(page, ['color-contrast'])).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('is never wider than a telephone, folded or not', async () => {
    const { page } = await opened(browser, addressOf(name), {
      viewport: { width: 400, height: 800 },
    })
    expect(await sideways(page)).toBe(0)
    await page.evaluate(
      'document.querySelectorAll("details").forEach((one) => { one.open = true })',
    )
    expect(await sideways(page)).toBe(0)
    expect(await barriers(page)).toEqual([])
    await page.close()
  })

  test('prints on A4 without half-empty pages, and says the same without scripts', async () => {
    const { page } = await opened(browser, addressOf(name), { viewport: sheet })
    const { full } = await printed(page)
    expect(full).toBeGreaterThan(0.75)
    expect(await sideways(page)).toBe(0)
    const said = await page.innerText('main')
    const bare = await opened(browser, addressOf(name), {
      viewport: sheet,
      javaScriptEnabled: false,
    })
    await bare.page.emulateMedia({ media: 'print' })
    expect(await bare.page.innerText('main')).toBe(said)
    await Promise.all([page.close(), bare.page.close()])
  })
})

describe.skipIf(noBrowser)('marks of a chart', () => {
  test('the one under the pointer says what it stands for, and the keyboard goes from one to the next', async () => {
    const { page, complaints } = await opened(browser, addressOf('campaign'))
    const mark = page.locator('[data-say^="seed 4:"]')
    await mark.hover()
    expect(await page.innerText('.tip')).toBe('seed 4: 4.00 s, failed')
    await page.mouse.move(2, 2)
    expect(await page.isVisible('.tip')).toBe(false)
    await page.locator('svg.told').first().focus()
    await page.keyboard.press('Home')
    const first = await page.innerText('.tip')
    await page.keyboard.press('ArrowRight')
    expect(await page.innerText('.tip')).not.toBe(first)
    await page.keyboard.press('Escape')
    expect(await page.isVisible('.tip')).toBe(false)
    expect(complaints).toEqual([])
    await page.close()
  })
})
