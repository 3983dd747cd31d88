import { expect, test } from 'vitest'
import { largest } from '../../../../harness/worlds/containers/figures.ts'

const text = `# HELP milvus_proxy_tt_lag_ms now time minus tt pts
# TYPE milvus_proxy_tt_lag_ms gauge
milvus_proxy_tt_lag_ms{channel_name="a",node_id="1"} 31
milvus_proxy_tt_lag_ms{channel_name="b",node_id="1"} 1.5e+02
milvus_proxy_tt_lag_ms_other 999
plain 4
`

test('of a metric with several samples the largest counts, and of another name none', () => {
  expect(largest(text, 'milvus_proxy_tt_lag_ms')).toBe(150)
  expect(largest(text, 'plain')).toBe(4)
})

test('a metric that is not there is absent, not zero', () => {
  expect(largest(text, 'milvus_proxy_tt')).toBeNull()
})
