;; Dot products of vectors of 16-bit integers, four queries times eight rows at a time, and the test whether a row may
;; be among the nearest. Compiled by `npm run kernel`; test/unit/base/exact-search/kernel.test.ts compares the bytes.
;;
;; A pair is two neighbouring components of one vector in 32 bits. All vectors have `pairs` of them.
;;   group   four queries, pair by pair:  q0 q1 q2 q3   16 bytes a pair
;;   panel   eight rows, pair by pair:    r0 … r7       32 bytes a pair
;;   tile    what a group makes of a panel: for each query the products with r0 … r7, int32, 128 bytes
;; Eight sums, two parts of a panel and a query fit into the sixteen vector registers of x86; larger tiles do not.
;;
;; No sum can overflow: lengths are at most 46340, so by Cauchy-Schwarz no sum of products, whole or partial, is above
;; 46340² < 2³¹. Hence every product is exact, in any order.
(module
  ;; Shared, so that worker threads may search the same rows.
  (import "memory" "memory" (memory 1 65536 shared))

  ;; Writes the tiles of one group and `panels` panels, one behind the other, to `$tiles`.
  (func $dots (export "dots")
    (param $group i32) (param $panel i32) (param $panels i32) (param $pairs i32) (param $tiles i32)
    (local $query i32) (local $end i32) (local $last i32)
    (local $low v128) (local $high v128) (local $q v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (local $h0 v128) (local $h1 v128) (local $h2 v128) (local $h3 v128)
    (local.set $end (i32.add (local.get $group) (i32.shl (local.get $pairs) (i32.const 4))))
    (local.set $last (i32.add (local.get $tiles) (i32.shl (local.get $panels) (i32.const 7))))
    (loop $each_panel
      (local.set $l0 (v128.const i64x2 0 0))
      (local.set $l1 (v128.const i64x2 0 0))
      (local.set $l2 (v128.const i64x2 0 0))
      (local.set $l3 (v128.const i64x2 0 0))
      (local.set $h0 (v128.const i64x2 0 0))
      (local.set $h1 (v128.const i64x2 0 0))
      (local.set $h2 (v128.const i64x2 0 0))
      (local.set $h3 (v128.const i64x2 0 0))
      (local.set $query (local.get $group))
      (loop $each_pair
        (local.set $low (v128.load (local.get $panel)))
        (local.set $high (v128.load offset=16 (local.get $panel)))
        (local.set $q (v128.load32_splat (local.get $query)))
        (local.set $l0 (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $q) (local.get $low))))
        (local.set $h0 (i32x4.add (local.get $h0) (i32x4.dot_i16x8_s (local.get $q) (local.get $high))))
        (local.set $q (v128.load32_splat offset=4 (local.get $query)))
        (local.set $l1 (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $q) (local.get $low))))
        (local.set $h1 (i32x4.add (local.get $h1) (i32x4.dot_i16x8_s (local.get $q) (local.get $high))))
        (local.set $q (v128.load32_splat offset=8 (local.get $query)))
        (local.set $l2 (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $q) (local.get $low))))
        (local.set $h2 (i32x4.add (local.get $h2) (i32x4.dot_i16x8_s (local.get $q) (local.get $high))))
        (local.set $q (v128.load32_splat offset=12 (local.get $query)))
        (local.set $l3 (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $q) (local.get $low))))
        (local.set $h3 (i32x4.add (local.get $h3) (i32x4.dot_i16x8_s (local.get $q) (local.get $high))))
        (local.set $panel (i32.add (local.get $panel) (i32.const 32)))
        (br_if $each_pair
          (i32.lt_u
            (local.tee $query (i32.add (local.get $query) (i32.const 16)))
            (local.get $end))))
      (v128.store (local.get $tiles) (local.get $l0))
      (v128.store offset=16 (local.get $tiles) (local.get $h0))
      (v128.store offset=32 (local.get $tiles) (local.get $l1))
      (v128.store offset=48 (local.get $tiles) (local.get $h1))
      (v128.store offset=64 (local.get $tiles) (local.get $l2))
      (v128.store offset=80 (local.get $tiles) (local.get $h2))
      (v128.store offset=96 (local.get $tiles) (local.get $l3))
      (v128.store offset=112 (local.get $tiles) (local.get $h3))
      (br_if $each_panel
        (i32.lt_u
          (local.tee $tiles (i32.add (local.get $tiles) (i32.const 128)))
          (local.get $last)))))

  ;; Writes (query, row, least distance), 12 bytes, of those rows whose bit is set. Gives the end of what is written.
  (func $put (param $bits i32) (param $least v128) (param $query i32) (param $row i32) (param $hits i32) (result i32)
    (loop $each_row
      (if (i32.and (local.get $bits) (i32.const 1))
        (then
          (i32.store (local.get $hits) (local.get $query))
          (i32.store offset=4 (local.get $hits) (local.get $row))
          (f32.store offset=8 (local.get $hits) (f32x4.extract_lane 0 (local.get $least)))
          (local.set $hits (i32.add (local.get $hits) (i32.const 12)))))
      (local.set $least (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $least) (local.get $least)))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $each_row (local.tee $bits (i32.shr_u (local.get $bits) (i32.const 1)))))
    (local.get $hits))

  ;; Of the tiles of one group, the rows whose least distance is within the bound of the query.
  ;;   facts   of a panel: base, scale and reach of its eight rows, float32, 96 bytes
  ;;   asked   of a query: scale, doubt and bound, float32, 12 bytes
  ;; A row that is only there to fill a panel has NaN as its base, and is never within.
  (func $within
    (param $tiles i32) (param $facts i32) (param $panels i32) (param $asked i32)
    (param $query i32) (param $row i32) (param $hits i32) (result i32)
    (local $tile i32) (local $at i32) (local $r i32) (local $last i32) (local $lastQuery i32)
    (local $scale v128) (local $doubt v128) (local $bound v128)
    (local $low v128) (local $high v128) (local $lowIn v128) (local $highIn v128)
    (local.set $last (i32.add (local.get $facts) (i32.mul (local.get $panels) (i32.const 96))))
    (local.set $lastQuery (i32.add (local.get $query) (i32.const 4)))
    (loop $each_query
      (local.set $scale (v128.load32_splat (local.get $asked)))
      (local.set $doubt (v128.load32_splat offset=4 (local.get $asked)))
      (local.set $bound (v128.load32_splat offset=8 (local.get $asked)))
      (local.set $tile (local.get $tiles))
      (local.set $at (local.get $facts))
      (local.set $r (local.get $row))
      (loop $each_panel
        ;; Least distance: base - product × scale × (scale of the query) - reach × (doubt of the query).
        (local.set $low
          (f32x4.sub
            (f32x4.sub
              (v128.load (local.get $at))
              (f32x4.mul
                (f32x4.mul (f32x4.convert_i32x4_s (v128.load (local.get $tile))) (v128.load offset=32 (local.get $at)))
                (local.get $scale)))
            (f32x4.mul (v128.load offset=64 (local.get $at)) (local.get $doubt))))
        (local.set $high
          (f32x4.sub
            (f32x4.sub
              (v128.load offset=16 (local.get $at))
              (f32x4.mul
                (f32x4.mul (f32x4.convert_i32x4_s (v128.load offset=16 (local.get $tile))) (v128.load offset=48 (local.get $at)))
                (local.get $scale)))
            (f32x4.mul (v128.load offset=80 (local.get $at)) (local.get $doubt))))
        (local.set $lowIn (f32x4.le (local.get $low) (local.get $bound)))
        (local.set $highIn (f32x4.le (local.get $high) (local.get $bound)))
        (if (v128.any_true (v128.or (local.get $lowIn) (local.get $highIn)))
          (then
            (local.set $hits
              (call $put
                (i32x4.bitmask (local.get $lowIn))
                (local.get $low)
                (local.get $query)
                (local.get $r)
                (local.get $hits)))
            (local.set $hits
              (call $put
                (i32x4.bitmask (local.get $highIn))
                (local.get $high)
                (local.get $query)
                (i32.add (local.get $r) (i32.const 4))
                (local.get $hits)))))
        (local.set $tile (i32.add (local.get $tile) (i32.const 128)))
        (local.set $r (i32.add (local.get $r) (i32.const 8)))
        (br_if $each_panel
          (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 96))) (local.get $last))))
      (local.set $tiles (i32.add (local.get $tiles) (i32.const 32)))
      (local.set $asked (i32.add (local.get $asked) (i32.const 12)))
      (br_if $each_query
        (i32.lt_u
          (local.tee $query (i32.add (local.get $query) (i32.const 1)))
          (local.get $lastQuery))))
    (local.get $hits))

  ;; Searches `panels` panels, whose first row is `row`, for all of `groups` groups of queries. Gives the end of the hits.
  (func (export "search")
    (param $panel i32) (param $facts i32) (param $panels i32) (param $row i32)
    (param $group i32) (param $asked i32) (param $groups i32) (param $pairs i32)
    (param $tiles i32) (param $hits i32) (result i32)
    (local $query i32) (local $queries i32)
    (local.set $queries (i32.shl (local.get $groups) (i32.const 2)))
    (loop $each_group
      (call $dots (local.get $group) (local.get $panel) (local.get $panels) (local.get $pairs) (local.get $tiles))
      (local.set $hits
        (call $within
          (local.get $tiles) (local.get $facts) (local.get $panels) (local.get $asked)
          (local.get $query) (local.get $row) (local.get $hits)))
      (local.set $group (i32.add (local.get $group) (i32.shl (local.get $pairs) (i32.const 4))))
      (local.set $asked (i32.add (local.get $asked) (i32.const 48)))
      (br_if $each_group
        (i32.lt_u
          (local.tee $query (i32.add (local.get $query) (i32.const 4)))
          (local.get $queries))))
    (local.get $hits)))
