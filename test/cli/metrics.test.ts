import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultlineIn, newFolder, program } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

/** Long enough that somebody comes to look while it runs. */
const longer = smallScenario
  .replace('run: 5s', 'run: 30s')
  .replace('search: 40/s', 'search: 100/s')
  .replace('name: small', 'name: longer')

test('figures are there while a run lasts and not after it, and the record has the same bytes', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'longer.yaml'), longer)
  const alone = await faultlineIn(folder, 'run', 'longer.yaml', '--out', 'alone')
  expect(alone.code).toBe(0)
  const flags = ['run', 'longer.yaml', '--out', 'watched', '--metrics', ':0']
  const child = spawn(process.execPath, [program, ...flags], { cwd: folder })
  let err = ''
  child.stderr.on('data', (data) => {
    err += data
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let url = ''
  while (url === '' && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    url = /figures while it runs: (http:\S+)/.exec(err)?.[1] ?? ''
  }
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
  const times: number[] = []
  while (child.exitCode === null) {
    const text = await fetch(url).then(
      (response) => response.text(),
      () => '',
    )
    const [, time] = /^faultline_live_time_seconds (\S+)$/m.exec(text) ?? []
    if (time !== undefined) times.push(Number(time))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(await ended).toBe(0)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.filter((time) => time > 1 && time < 30).length).toBeGreaterThan(0)
  await expect(fetch(url)).rejects.toThrow()
  const record = (run: string) => readFileSync(join(folder, run, 'record.jsonl'), 'utf8')
  expect(record('watched')).toBe(record('alone'))
}, 180_000)

test('many runs at once have no figures of their own: --metrics is refused with a way out', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'longer.yaml'), longer)
  const many = await faultlineIn(folder, 'run', 'longer.yaml', '--seeds', '1..2', '--metrics', ':0')
  expect(many).toMatchObject({ code: 2 })
  expect(many.err).toContain('Leave --metrics out')
  const wrong = await faultlineIn(folder, 'run', 'longer.yaml', '--metrics', 'here')
  expect(wrong).toMatchObject({ code: 2 })
  expect(wrong.err).toContain(':9464')
})
