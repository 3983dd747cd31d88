import { shareNeighbours } from '../../pipeline/open-sim.ts'
import type { Proof } from './proof.ts'
import { prove } from './prover.ts'

/** The program of one process of `faultline prove`: takes a negative control, makes it, answers, and takes the next. */
shareNeighbours()
// Ctrl-C reaches the whole process group: the command decides what it means.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
process.on('message', async (proof: Proof) => {
  const proven = await prove(proof)
  if (process.connected) process.send?.(proven)
})
