export { type Judged, judged, judgedRecord, truth } from '../../harness/prove/judged.ts'
