import { createHash } from 'node:crypto'
import { arrivalsEndUs, type Plan } from '../../model/plan.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { ddmin } from './ddmin.ts'
import {
  byKey,
  calmLinks,
  earlierBy,
  endingAt,
  grouped,
  inOrder,
  type ListedPlan,
  loadAsListed,
  shorterFaults,
  without,
} from './smaller-plans.ts'
import { askedOnlyFor, type Proof, type Symptom, shows } from './symptom.ts'

export type Shrinking = {
  /** Runs a plan and tells what it proves. A plan that cannot be run rejects. */
  runPlan: (plan: Plan) => Promise<Proof>
  symptom: Symptom
  /** Told after every part, with the plan so far. */
  onStep?: (what: string, plan: ListedPlan, tries: number) => void
  /** No further run is wanted: what was found so far is given back. */
  spent?: (tries: number) => boolean
}

export type Shrunk = { plan: ListedPlan; tries: number }

/**
 * The smallest plan found whose run still has the symptom: fewer faults and operations (no single one can be left out,
 * unless it was told to stop), fewer regions, a shorter run, less base data. `plan` has its operations listed and shows
 * the symptom.
 */
export async function shrink(plan: ListedPlan, shrinking: Shrinking): Promise<Shrunk> {
  const search = new Search(plan, shrinking)
  await search.once()
  // What became possible by leaving out operations is tried again, until nothing more goes.
  for (let before = ''; before !== sizeOf(search.plan) && !search.over; ) {
    before = sizeOf(search.plan)
    await search.round()
  }
  await search.finish()
  return { plan: search.plan, tries: search.tries }
}

const sizeOf = ({ faults, operations, regions }: ListedPlan): string =>
  `${faults.length} ${operations.length} ${regions.length}`

const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4]
const BASES = [0, 50, 200, 1000]
/** After the last operation, for its answer. */
const AFTER_LAST_US = 100 * MS

class Search {
  tries = 0
  private readonly known = new Map<string, boolean>()

  public plan: ListedPlan
  private readonly shrinking: Shrinking

  constructor(plan: ListedPlan, shrinking: Shrinking) {
    this.plan = plan
    this.shrinking = shrinking
  }

  get over(): boolean {
    return this.shrinking.spent?.(this.tries) === true
  }

  /** What makes all later runs cheaper comes first. */
  async once(): Promise<void> {
    await this.take(askedOnlyFor(this.shrinking.symptom, this.plan))
    await this.take({ ...this.plan, probes: { everyUs: 0 } })
    await this.fewerFaults()
    await this.shorterRun()
    await this.lessData()
  }

  async round(): Promise<void> {
    await this.fewerOperations()
    await this.fewerRegions()
    await this.fewerFaults()
    await this.shorterRun()
    await this.singleOperations()
  }

  /** What makes it no smaller, but easier to read. */
  async finish(): Promise<void> {
    for (const fault of this.plan.faults)
      for (const shorter of shorterFaults(fault)) {
        const faults = this.plan.faults.map((one) => (one.name === fault.name ? shorter : one))
        if (await this.take({ ...this.plan, faults })) break
      }
    await this.endAfterLast()
    await this.take(earlierBy(this.plan, this.deadTimeUs()))
    await this.lessData()
    await this.take(calmLinks(this.plan))
    await this.take(loadAsListed(this.plan))
    this.step('easier to read')
  }

  private async fewerFaults(): Promise<void> {
    const holds = (faults: readonly Plan['faults'][number][]) =>
      this.holds({ ...this.plan, faults: [...faults] })
    const faults = await ddmin(this.plan.faults, holds)
    this.plan = { ...this.plan, faults }
    this.step('faults')
  }

  private async shorterRun(): Promise<void> {
    const endUs = arrivalsEndUs(this.plan)
    for (const share of SHARES)
      if (await this.take(endingAt(this.plan, Math.round(endUs * share)))) break
    this.step('length')
  }

  /** Whole kinds, clients and keys, before single ones. */
  private async fewerOperations(): Promise<void> {
    for (const groupsOf of [
      (plan: ListedPlan) => grouped(plan.operations, ({ kind }) => kind),
      (plan: ListedPlan) => byKey(plan.operations),
      (plan: ListedPlan) => grouped(plan.operations, ({ client }) => client),
    ]) {
      const groups = await ddmin(groupsOf(this.plan), (kept) =>
        this.holds({ ...this.plan, operations: inOrder(kept) }),
      )
      this.plan = { ...this.plan, operations: inOrder(groups) }
    }
    this.step('kinds, keys and clients')
  }

  private async singleOperations(): Promise<void> {
    const operations = await ddmin(this.plan.operations, (kept) =>
      this.holds({ ...this.plan, operations: [...kept] }),
    )
    this.plan = { ...this.plan, operations }
    this.step('operations')
  }

  private async fewerRegions(): Promise<void> {
    for (const region of this.plan.regions)
      if (this.plan.regions.length > 1) await this.take(without(this.plan, region))
    this.step('regions')
  }

  private async lessData(): Promise<void> {
    const { data } = this.plan
    for (const base of BASES.filter((size) => size < data.base))
      if (await this.take({ ...this.plan, data: { ...data, base } })) break
    this.step('base data')
  }

  private async endAfterLast(): Promise<void> {
    const { operations, faults } = this.plan
    const last = Math.max(
      0,
      ...operations.map(({ intendedUs }) => intendedUs + AFTER_LAST_US),
      ...faults.map(({ untilUs }) => untilUs),
    )
    if (last < arrivalsEndUs(this.plan)) await this.take(endingAt(this.plan, last))
  }

  /** Before anything happens, but for a second. */
  private deadTimeUs(): Us {
    const { operations, faults } = this.plan
    const first = Math.min(
      ...operations.map(({ intendedUs }) => intendedUs),
      ...faults.map(({ atUs }) => atUs),
    )
    return Number.isFinite(first) ? Math.max(0, first - SECOND) : 0
  }

  /** Goes on with another plan if it has the symptom. */
  private async take(plan: ListedPlan): Promise<boolean> {
    const held = await this.holds(plan)
    if (held) this.plan = plan
    return held
  }

  private async holds(plan: ListedPlan): Promise<boolean> {
    const key = createHash('sha256').update(JSON.stringify(plan)).digest('base64')
    const known = this.known.get(key)
    if (known !== undefined) return known
    if (this.over) return false
    this.tries++
    const { runPlan, symptom } = this.shrinking
    const held = await runPlan(plan).then(
      (proof) => shows(symptom, proof),
      () => false,
    )
    this.known.set(key, held)
    return held
  }

  private step(what: string): void {
    this.shrinking.onStep?.(what, this.plan, this.tries)
  }
}
