import { expect, test } from 'vitest'
import { MetricsEndpoint, wantedFormat } from '../../../harness/cli/metrics-endpoint.ts'
import { listening } from '../../../harness/cli/metrics-flag.ts'
import { aPlan } from '../../support/plan.ts'

const plan = aPlan({ data: { set: 'glosses', base: 100 } })
const anywhere = { host: '127.0.0.1', port: 0 }
const openMetrics = 'application/openmetrics-text;version=1.0.0'
const open = () => MetricsEndpoint.open(plan, anywhere)
const get = async (url: string, accept = '*/*') => {
  const response = await fetch(url, { headers: { accept } })
  const { status, headers } = response
  return { status, type: headers.get('content-type'), text: await response.text() }
}

test('an address is a port on this machine alone, unless a host is named', () => {
  expect(listening(':9464')).toEqual({ host: '127.0.0.1', port: 9464 })
  expect(listening('9464')).toEqual({ host: '127.0.0.1', port: 9464 })
  expect(listening('0.0.0.0:80')).toEqual({ host: '0.0.0.0', port: 80 })
  expect(listening('[::1]:80')).toEqual({ host: '::1', port: 80 })
  for (const wrong of ['', 'localhost', ':99999', 'a:b', 'http://x:1', '::1:80'])
    expect(() => listening(wrong)).toThrow(/:9464/)
})

test('who wants OpenMetrics gets it with its type and its end, others the text of before', async () => {
  const endpoint = await open()
  const modern = await get(endpoint.url, `${openMetrics},text/plain;version=0.0.4;q=0.5,*/*;q=0.1`)
  expect(modern.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect(modern.text.endsWith('\n# EOF\n')).toBe(true)
  expect(modern.text).toContain('# TYPE faultline_live_operations counter\n')
  const classic = await get(endpoint.url)
  expect(classic.type).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(classic.text).toContain('# TYPE faultline_live_operations_total counter\n')
  expect(classic.text).not.toMatch(/# EOF|# UNIT|stateset/)
  for (const { text } of [modern, classic]) {
    const named = [...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name)
    expect(new Set(named).size).toBe(named.length)
  }
  await endpoint.close()
})

test('the wish for a format is read with its weight', () => {
  expect(wantedFormat('application/openmetrics-text;q=0.3,text/plain;q=0.5')).toBe('text')
  expect(wantedFormat('application/openmetrics-text;q=0.6,text/plain;q=0.3')).toBe('openmetrics')
  expect(wantedFormat('application/openmetrics-text;q=0')).toBe('text')
  expect(wantedFormat()).toBe('text')
})

test('other paths say where it is, other methods are refused, and after its end nobody answers', async () => {
  const endpoint = await open()
  const { url } = endpoint
  expect(await get(url.replace('/metrics', '/'))).toMatchObject({ status: 200 })
  expect((await get(url.replace('/metrics', '/x'))).text).toContain('/metrics')
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  await endpoint.close()
  await expect(fetch(url)).rejects.toThrow()
})

test('a port in use is said in a sentence with a way out', async () => {
  const endpoint = await open()
  const port = Number(new URL(endpoint.url).port)
  await expect(MetricsEndpoint.open(plan, { ...anywhere, port })).rejects.toThrow(
    /in use by another process.*--metrics :0/,
  )
  await endpoint.close()
})

test('a scraper that comes regularly is waited for once more; nobody is waited for in vain', async () => {
  const endpoint = await open()
  const alone = performance.now()
  await endpoint.lastLook(
    () => false,
    () => {},
  )
  expect(performance.now() - alone).toBeLessThan(200)
  await get(endpoint.url)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await get(endpoint.url)
  let ended = false
  const looked = endpoint
    .lastLook(
      () => false,
      () => {},
    )
    .then(() => {
      ended = true
    })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(ended).toBe(false)
  await get(endpoint.url)
  await looked
  const impatient = performance.now()
  await endpoint.lastLook(
    () => true,
    () => {},
  )
  expect(performance.now() - impatient).toBeLessThan(200)
  await endpoint.close()
})
