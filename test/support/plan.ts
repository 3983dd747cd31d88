export { aLoad, aPlan, aProfile } from '../../harness/experiments/prove/plain-plan.ts'
