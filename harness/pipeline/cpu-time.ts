import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { quantile } from 'simple-statistics'
import type { HealthLine } from '../model/health.ts'

/**
 * What processes that are not of the run took of the machine's CPU while it ran, as shares of all cores: over the
 * whole time, and the share that nine of ten seconds stay below. Before and after say nothing of the time between.
 */
export type ForeignLoad = {
  mean: number
  p90: number
  seconds: number
  /** Share of all cores that was in use by anybody, the run included. Runs of before it was kept do not say. */
  busy?: number
}

/** A process as /proc tells it; `ticks` is CPU time it has used. */
export type ProcessTime = { pid: number; parent: number; name: string; ticks: number }

const EVERY_MS = 1_000
/** Above this the times of a run are rather those of its neighbours. */
export const BUSY = 0.1
/** What runs containers, and with them all servers of a run: real servers run one run at a time. */
const RUNTIME = /^(dockerd|containerd|containerd-shim|docker-proxy|runc)/

/** Watches until it is stopped. Gives undefined where the machine does not tell (/proc). */
export function watchForeignLoad(): { stop: () => ForeignLoad | undefined } {
  const shares: number[] = []
  const started = look()
  let before = look()
  const timer = setInterval(() => {
    const now = look()
    const share = before && now && foreignShare(before, now)
    if (share !== undefined && share !== null) shares.push(share)
    before = now
  }, EVERY_MS)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      if (shares.length === 0) return undefined
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
      const load = { mean: rounded(mean), p90: rounded(quantile(shares, 0.9)) }
      const busy = started && before && busyShare(started, before)
      return { ...load, seconds: shares.length, ...(busy && { busy: rounded(busy) }) }
    },
  }
}

const rounded = (share: number): number => Number(share.toFixed(3))

export type Look = {
  busy: number
  total: number
  steal: number
  processes: readonly ProcessTime[]
  self: number
}

/** Shares of all cores since the look before. */
export class CpuWatch {
  private before = look()

  /** Nothing where the machine does not tell (/proc), or no time has passed. */
  sinceLast(): Pick<HealthLine, 'busyShare' | 'foreignShare' | 'stealShare' | 'takers'> {
    const { before } = this
    const now = look()
    this.before = now
    const foreign = before && now && foreignShare(before, now)
    if (!before || !now || foreign === null) return {}
    const stealShare = (now.steal - before.steal) / (now.total - before.total)
    return {
      busyShare: rounded(busyShare(before, now)),
      // What the hypervisor took is busy time of no process here.
      foreignShare: rounded(Math.max(0, foreign - stealShare)),
      stealShare: rounded(stealShare),
      ...named(takersBetween(before, now)),
    }
  }
}

/** So many are named; a share below this is not worth a name. */
const NAMED = 3
const LEAST_SHARE = 0.01

/** The greediest by what runs in them, those of one name together; nothing where nobody took much. */
function named(takers: readonly Taker[]): Pick<HealthLine, 'takers'> {
  const shares = new Map<string, number>()
  for (const { pid, name, share } of takers.filter(({ share }) => share >= LEAST_SHARE)) {
    const command = commandOf(pid, name)
    shares.set(command, rounded((shares.get(command) ?? 0) + share))
  }
  const greediest = [...shares].sort(([, a], [, b]) => b - a).slice(0, NAMED)
  return greediest.length === 0
    ? {}
    : { takers: greediest.map(([name, share]) => ({ name, share })) }
}

export const busyShare = (from: Look, to: Look): number =>
  to.total > from.total ? (to.busy - from.busy) / (to.total - from.total) : 0

/**
 * All busy time less that of our own processes: one that came and went between two looks is foreign too. `containers`:
 * whether those of this machine are ours, as they are while a run on real servers lasts.
 */
export function foreignShare(
  before: Look,
  now: Look,
  { containers = true }: { containers?: boolean } = {},
): number | null {
  const total = now.total - before.total
  if (total <= 0) return null
  const own = ownPids(now, containers)
  let ours = 0
  for (const { pid, ticks } of usedBetween(before, now)) if (own.has(pid)) ours += ticks
  return Math.min(1, Math.max(0, (now.busy - before.busy - ours) / total))
}

/** What one foreign process took between two looks, as a share of all cores. */
export type Taker = { pid: number; name: string; share: number }

/** Processes that are not ours and that took something, the greediest first. */
export function takersBetween(
  before: Look,
  now: Look,
  { containers = true }: { containers?: boolean } = {},
): Taker[] {
  const total = now.total - before.total
  if (total <= 0) return []
  const own = ownPids(now, containers)
  return usedBetween(before, now)
    .filter(({ pid, ticks }) => !own.has(pid) && ticks > 0)
    .map(({ pid, name, ticks }) => ({ pid, name, share: rounded(ticks / total) }))
    .sort((a, b) => b.share - a.share || a.pid - b.pid)
}

/** What runs in it, where its name says only that it is an interpreter: `node vitest.mjs`. */
export function commandOf(pid: number, name: string): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1)
    const program = words.find(
      (word) => /^[\w./@-]+\.\w+$|^[\w/-]+$/.test(word) && !/^-/.test(word),
    )
    return /^(node|python|java|npm|sh$|bash)/i.test(name) && program !== undefined
      ? `${name} ${basename(program)}`
      : name
  } catch {
    return name
  }
}

/** Processes as they are now, with what each used since the look before. */
function usedBetween(before: Look, now: Look): ProcessTime[] {
  const earlier = new Map(before.processes.map(({ pid, ticks }) => [pid, ticks]))
  return now.processes.map((process) => ({
    ...process,
    ticks: Math.max(0, process.ticks - (earlier.get(process.pid) ?? 0)),
  }))
}

/** This process, what runs containers if those are ours, and all their descendants. */
function ownPids({ processes, self }: Look, containers: boolean): Set<number> {
  const own = new Set<number>()
  const children = new Map<number, number[]>()
  for (const { pid, parent } of processes)
    children.set(parent, [...(children.get(parent) ?? []), pid])
  const open = processes
    .filter(({ pid, name }) => pid === self || (containers && RUNTIME.test(name)))
    .map(({ pid }) => pid)
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (own.has(pid)) continue
    own.add(pid)
    open.push(...(children.get(pid) ?? []))
  }
  return own
}

/** How the CPU stands; null where the machine does not tell (/proc). */
export function look(): Look | null {
  try {
    const time = parseCpuTime(readFileSync('/proc/stat', 'utf8'))
    if (!time) return null
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return { ...time, processes: pids.flatMap(processOf), self: process.pid }
  } catch {
    return null
  }
}

/** Nothing for a process that has just ended. */
function processOf(pid: string): ProcessTime[] {
  try {
    const found = parseProcess(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return found ? [found] : []
  } catch {
    return []
  }
}

/** The `cpu` line of /proc/stat: user nice system idle iowait irq softirq steal. */
export function parseCpuTime(text: string): Pick<Look, 'busy' | 'total' | 'steal'> | null {
  const [name, ...figures] = (text.split('\n')[0] ?? '').trim().split(/\s+/)
  const ticks = figures.slice(0, 8).map(Number)
  if (name !== 'cpu' || ticks.length < 5 || !ticks.every(Number.isFinite)) return null
  const total = ticks.reduce((sum, tick) => sum + tick, 0)
  return { busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), total, steal: ticks[7] ?? 0 }
}

/** /proc/PID/stat; the name is in brackets and may hold anything, brackets too. */
export function parseProcess(text: string): ProcessTime | null {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  if (open < 0 || close < open) return null
  const fields = text.slice(close + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const [pid, parent] = [Number(text.slice(0, open)), Number(fields[1])]
  return Number.isFinite(ticks) ? { pid, parent, name: text.slice(open + 1, close), ticks } : null
}

/** How quiet the machine was, in words for people. */
export function foreignText(load: ForeignLoad | undefined): string {
  if (!load) return 'What other processes took of the CPU is not known.'
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const all = load.busy === undefined ? '' : `The CPU was in use for ${percent(load.busy)}. `
  const sentence = `${all}Other processes took ${percent(load.mean)} of it (nine of ten seconds below ${percent(load.p90)}).`
  return load.mean > BUSY ? `${sentence} Times in this run are longer because of that.` : sentence
}
