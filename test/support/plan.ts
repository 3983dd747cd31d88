export { aLoad, aPlan, aProfile } from '../../harness/prove/plain-plan.ts'
