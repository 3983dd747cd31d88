import { NOTABLE } from '../../analysis/facts/machine.ts'
import { counted, percentText } from '../../text/value.ts'
import { commandOf } from '../cpu-time.ts'
import type { Check } from './check.ts'
import type { CpuReading } from './reading.ts'

/** So many are named; a share below this is not worth a name. */
const NAMED = 3
const LEAST_SHARE = 0.01

/** Whether others leave the CPU to a run, and who does not. */
export function calmCheck(cpu: CpuReading | null): Check {
  const base = { name: 'CPU', world: 'containers' as const }
  if (cpu === null)
    return { ...base, state: 'unknown', says: 'Who takes the CPU cannot be told here.', mend: null }
  const says = `${counted(cpu.cores, 'core')}; ${busyText(cpu)}`
  if (isCalm(cpu)) return { ...base, state: 'ok', says, mend: null }
  return {
    ...base,
    state: 'weak',
    says: `${says} Above ${percentText(NOTABLE)} a run may be invalid, and its times are rather those of its neighbours.`,
    mend: 'End them: a run on real servers waits a minute for calm, and then begins all the same.',
  }
}

/** Others, the hypervisor too, take no notable share. */
export const isCalm = ({ foreign, steal }: CpuReading): boolean => foreign + steal <= NOTABLE

/** How much others take, and who they are: `others take 12 % of it: node vitest (pid 7) 9.0 %.` */
export function busyText({ foreign, steal, takers, seconds }: CpuReading): string {
  const named = takers.filter(({ share }) => share >= LEAST_SHARE).slice(0, NAMED)
  const names = named.map(
    ({ pid, name, share }) => `${commandOf(pid, name)} (pid ${pid}) ${percentText(share)}`,
  )
  const who = names.length === 0 ? '' : `: ${names.join(', ')}`
  const stolen = steal >= LEAST_SHARE ? ` The hypervisor took ${percentText(steal)}.` : ''
  const over = `over ${seconds.toFixed(1)} s`
  return `others take ${percentText(Number(foreign.toFixed(3)))} of all cores (${over})${who}.${stolen}`
}
