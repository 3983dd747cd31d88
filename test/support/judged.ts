export { type Judged, judged, judgedRecord, truth } from '../../harness/experiments/prove/judged.ts'
