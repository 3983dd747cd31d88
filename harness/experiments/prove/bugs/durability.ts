import { MS } from '../../../model/units.ts'
import { CallError } from '../../../ports/errors.ts'
import { burnt, calm, clockBack, crash, skewed } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'
import { brokenSystem, withPorts, withUpserts } from '../seams.ts'

/** What an acknowledgement, a disk and a stamp are worth. */

const earlyAcknowledgement: PlantedBug = {
  name: 'a write is acknowledged 300 ms before it is logged or applied, then the agent crashes',
  about: 'Acknowledged writes in the memory of a dead agent are nowhere: vanished.',
  ground: crash,
  system: brokenSystem({
    agent: (agent, { clock }) => ({
      ...agent,
      async write(request, call) {
        clock
          .sleep(300 * MS)
          .then(() => agent.write(request, call))
          .catch((error) => {
            if (!(error instanceof CallError)) throw error
          })
        return {}
      },
    }),
  }),
  mustFire: { 'lost-writes': 'fail' },
  // Vanished writes are missing in every region; a reader may come before its own write is there.
  mayFire: ['regions-equal', 'read-your-writes', 'monotonic-reads', 'overwritten-real-time'],
  verdict: 'fail',
}

const droppedUpserts: PlantedBug = {
  name: 'every store acknowledges every 50th version and drops it',
  about: 'The agents are told that all is well; the version is in no store.',
  ground: calm,
  launch: withPorts((ports) =>
    withUpserts((upsert) => async (points, call) => {
      const kept = points.filter(({ write }) => write % 50 !== 0)
      if (kept.length > 0) await upsert(kept, call)
    })(ports),
  ),
  mustFire: { 'lost-writes': 'fail' },
  // Missing everywhere, and not there for the client who wrote it.
  mayFire: ['regions-equal', 'read-your-writes'],
  verdict: 'fail',
}

const tornVector: PlantedBug = {
  name: 'the store keeps the vector of another write',
  about: 'Id and version are right, the vector is not: only the vector itself can tell.',
  ground: calm,
  launch: withPorts((ports) =>
    ports.region === 'eu'
      ? withUpserts(
          (upsert) => (points, call) =>
            upsert(
              points.map((point) =>
                point.write % 20 === 0 ? { ...point, row: point.row - 1 } : point,
              ),
              call,
            ),
        )(ports)
      : ports,
  ),
  mustFire: { 'invented-point': 'fail' },
  // The regions hold different vectors under one version.
  mayFire: ['regions-equal'],
  verdict: 'fail',
}

const forgottenFloor: PlantedBug = {
  name: 'the clock floor is not kept over a crash, and the clock is set back',
  about:
    'The new incarnation stamps below its own past: elsewhere the old version wins over the new one.',
  ground: clockBack,
  system: brokenSystem({
    terrain: (terrain) => ({
      ...terrain,
      durable: { ...terrain.durable, load: async () => undefined },
    }),
  }),
  mustFire: { 'regions-equal': 'fail' },
  mayFire: [],
  // No write is lost: the region that wrote it still holds the new version.
  verdict: 'fail',
}

const wallClockStamps: PlantedBug = {
  name: 'wall-clock stamps are used while a hybrid logical clock is declared',
  about: 'A region whose clock is behind changes what it has received, and its change loses.',
  ground: skewed,
  system: brokenSystem({ knobs: (knobs) => ({ ...knobs, conflict: 'last-writer-wins' }) }),
  mustFire: { 'lost-writes': 'fail' },
  // The writer is answered ok and reads the version it meant to replace; absence of what it wrote is the same loss.
  mayFire: ['read-your-writes', 'regions-equal', 'overwritten-real-time', 'resurrected-delete'],
  verdict: 'fail',
}

const unreadableSnapshots: PlantedBug = {
  name: 'the snapshots of a region that lost its disks cannot be found',
  about:
    'It comes back with what logs hold, and that is never the base: the regions stay different, as promised they would not.',
  ground: burnt,
  launch: withPorts((ports) => ({
    ...ports,
    ...(ports.snapshots && {
      snapshots: { ...ports.snapshots, latest: async () => undefined },
    }),
  })),
  mustFire: { 'regions-equal': 'fail' },
  // Deletes that the region alone had made, and what its clients had read of what is gone.
  mayFire: ['lost-writes', 'resurrected-delete', 'read-your-writes', 'monotonic-reads'],
  verdict: 'fail',
}

export const durabilityBugs = [
  earlyAcknowledgement,
  droppedUpserts,
  tornVector,
  forgottenFloor,
  wallClockStamps,
  unreadableSnapshots,
]
