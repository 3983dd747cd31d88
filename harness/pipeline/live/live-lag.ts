import type { Family } from '../../../reports/export/families.ts'
import type { Layout } from '../../model/layout.ts'
import type { Plan } from '../../model/plan.ts'
import { SENTINEL_ID } from '../../model/point.ts'
import type { RecordEvent } from '../../model/record.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { Tally } from './tally.ts'
import { oldestUs, Unarrived } from './unarrived.ts'

/** Between regions: lag, what is on its way, and bytes. */
export class LiveLag {
  private readonly unarrived: Unarrived
  private readonly bytes = new Tally()

  constructor({ regions }: Plan, layout: Layout) {
    this.unarrived = new Unarrived(regions, layout)
  }

  see(event: RecordEvent): void {
    const { unarrived } = this
    switch (event.type) {
      case 'op.start':
        if (event.kind === 'upsert' || event.kind === 'delete')
          unarrived.sent(event.op, event.id ?? -1, event.t)
        break
      case 'op.end':
        if (event.outcome === 'ok') unarrived.acknowledged(event.op, event.gateway, event.t)
        else if (event.outcome === 'fail') unarrived.failed(event.op)
        break
      case 'hop':
        if (event.id === SENTINEL_ID) break
        if (event.hop === 'visible') unarrived.came(event.write, event.region, event.t, true)
        if (event.hop === 'older') unarrived.came(event.write, event.region, event.t, false)
        break
      case 'link.bytes':
        this.bytes.add(labelsOf(`${event.from}>${event.to}`), event.bytes)
    }
  }

  families(nowUs: Us): Family[] {
    const [oldest, backlog, last, arrived] = [new Tally(), new Tally(), new Tally(), new Tally()]
    for (const [link, lag] of this.unarrived.links) {
      const labels = labelsOf(link)
      oldest.set(labels, oldestUs(lag, nowUs) / SECOND)
      backlog.set(labels, lag.awaited.size)
      arrived.set(labels, lag.arrived)
      if (lag.lastUs !== null) last.set(labels, lag.lastUs / SECOND)
    }
    return [
      oldest.gauge(
        'replication_lag_seconds',
        'how long ago the oldest write was acknowledged that cannot be found at the far end of the link yet; 0 if none',
        'seconds',
      ),
      backlog.gauge(
        'replication_backlog_writes',
        'how many acknowledged writes cannot be found at the far end of the link yet',
      ),
      last.gauge('last_lag_seconds', 'the lag of the write that came last', 'seconds'),
      arrived.counter('replicated_writes', 'acknowledged writes that have come to the far end'),
      this.bytes.counter('link_bytes', 'bytes sent over a directed link', 'bytes'),
    ]
  }
}

const labelsOf = (link: string): Record<string, string> => {
  const [from = '', to = ''] = link.split('>')
  return { link, from, to }
}
