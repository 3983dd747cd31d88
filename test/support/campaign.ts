import {
  type SeedCampaign,
  seedCampaign,
} from '../../harness/experiments/campaign/seed-campaign.ts'
import type { Row } from '../../harness/experiments/campaign/task.ts'
import type { RunFigure } from '../../harness/experiments/side-by-side.ts'
import { SECOND } from '../../harness/model/units.ts'

const catchUp = {
  what: 'catch-up',
  where: 'recovery:crash',
  metric: 'catch-up',
  unit: 'us',
} as const

/** One run of a campaign that passed and caught up after as many seconds as its seed says, unless told. */
export const aSeed = (
  seed: number,
  over: Partial<Row> = {},
  measured: RunFigure['measured'] = { low: seed * SECOND, high: seed * SECOND },
): Row => ({
  ...{ scenario: 'failover', file: 'failover.yaml', system: 'primary-replica', seed },
  ...{ verdict: 'pass', exitCode: 0, because: 'All hold.', expected: null, failed: [] },
  ...{ outcome: 'as it should', wrong: [], seconds: 1, figures: [{ ...catchUp, measured }] },
  ...over,
})

/** What such runs came to; each that did not come out as it should has a replay file. */
export const campaignOf = (rows: Row[], expecting = false): SeedCampaign =>
  seedCampaign(rows, ({ seed }) => `runs/x/seed-${seed}.plan.json`, {
    ...{ scenario: 'failover', faultline: '0', asked: rows.length, seconds: 1, jobs: 1 },
    ...{ interrupted: false, expecting },
  })
