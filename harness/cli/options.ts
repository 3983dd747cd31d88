import { InvalidArgumentError, Option } from 'commander'
import { type WorldName, worldNames } from '../model/plan.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'

// Options that several commands have, and what their values are read by. A parser throws what commander tells.

export const worldOption = (): Option =>
  new Option('--world <world>', 'where to run: the simulator, or real servers in containers')
    .choices(worldNames)
    .default('sim' satisfies WorldName)

export const imagesOption = (): Option =>
  new Option('--images <source>', 'images of real servers; default: those that are here').choices([
    'built',
    'public',
  ])

export const setOption = (): Option =>
  new Option(
    '--set <name=value>',
    'a value for a variable of the scenario, in place of its own (repeat it)',
  ).argParser(setting)

export const junitOption = (): Option =>
  new Option('--junit <file>', 'also write what was judged as JUnit XML, for CI servers')

export const githubOption = (): Option =>
  new Option(
    '--github',
    'annotate the lines of broken limits and write a step summary; on in GitHub workflows',
  )

export function seed(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('A seed is a whole number below 2^53, e.g. 42.')
  return Number(text)
}

/** `rate=300`, added to those before: a number, true or false, else a text. */
function setting(text: string, before: SetVariables = {}): SetVariables {
  const [, name, value] = /^([A-Za-z][A-Za-z0-9_-]*)=(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('A variable is set as name=value, e.g. --set rate=300.')
  if (Object.hasOwn(before, name))
    throw new InvalidArgumentError(`The variable ${name} is set twice. Keep one of them.`)
  const isNumber = /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value)
  const plain = value === 'true' || value === 'false' ? value === 'true' : value
  return { ...before, [name]: isNumber ? Number(value) : plain }
}

export const append = (text: string, before: string[]): string[] => [...before, ...text.split(',')]

/** A share, written in percent: 0.05 for `5%`. Without the sign nobody knows whether 0.05 is 5 % or a twentieth of 1 %. */
export const percent =
  (what: string, least: number, most: number) =>
  (text: string): number => {
    const [, figure] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text) ?? []
    const share = Number(figure) / 100
    if (!(share >= least && share <= most))
      throw new InvalidArgumentError(
        `${what} is a share from ${100 * least}% to ${100 * most}%, e.g. 5%.`,
      )
    return share
  }

export function points(text: string): number {
  if (!/^0?\.\d+$|^[01]$/.test(text))
    throw new InvalidArgumentError(
      'The least difference of a share is a number up to 1, e.g. 0.01.',
    )
  return Number(text)
}

export function howOften(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError('How often is a whole number from 1 to 9999, e.g. 3.')
  return Number(text)
}

export function howMany(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError('How many is a whole number from 1, e.g. 200.')
  return Number(text)
}

/** Whole seconds, or minutes, in µs: `15s`, `1m`. */
export function often(text: string): number {
  const [, figure, unit] = /^([1-9]\d{0,2})(s|m)$/.exec(text) ?? []
  const us = Number(figure) * (unit === 'm' ? 60_000_000 : 1_000_000)
  if (!(us <= 120_000_000))
    throw new InvalidArgumentError('How often is a time from 1s to 2m, e.g. 15s.')
  return us
}
