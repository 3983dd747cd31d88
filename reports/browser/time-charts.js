// Runs in the browser of whoever reads a report, which is complete without it. It moves what Vega-Lite has drawn:
// zoom over all charts of the timeline at once, and the values under the pointer from the tables that are in the page.

/** Times are seconds from the end of warm-up, places are in units of a drawing. */
/** @typedef {{ from: number, to: number }} Span */
/** @typedef {{ t: number, cells: string[] }} Row */
/**
 * @typedef {object} Chart
 * @property {SVGSVGElement} svg
 * @property {SVGGElement} plot its origin is the upper left corner of the plot
 * @property {{ left: number, top: number, width: number, height: number }} room of the plot in the drawing
 * @property {boolean} overview always shows the whole run, and in it what the others show
 * @property {'none' | 'above' | 'below'} says where it has times on its axis
 * @property {boolean} holds what its table says of a moment is so until the next
 * @property {{ heads: string[], rows: Row[] } | undefined} data what it is drawn from, once somebody has asked
 * @property {SVGLineElement} cursor
 * @property {SVGRectElement} brush
 * @property {SVGGElement} ticks
 * @property {{ node: Element, name: string, whole: string }[] | undefined} drawn what moves, as it was drawn
 */

const SVG = 'http://www.w3.org/2000/svg'
const DAY = 86_400
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, DAY]

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Element} parent
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[K]}
 */
function add(name, parent, attributes) {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value))
  parent.append(node)
  return node
}

/** @param {number} seconds */
const timeText = (seconds) => `${seconds.toFixed(1).replace('.0', '').replace('-', '−')} s`

/** @param {SVGSVGElement} svg @param {number} index @returns {Chart} */
function chartOf(svg, index) {
  const [left = 0, top = 0, width = 0, height = 0] = (svg.dataset['room'] ?? '')
    .split(' ')
    .map(Number)
  const plot = /** @type {SVGGElement} */ (svg.querySelector('g'))
  const view = svg.viewBox.baseVal
  const clip = add('clipPath', svg, { id: `plot-${index}` })
  add('rect', clip, { x: 0, y: -top, width, height: view.height })
  const through = { y: -top, height: view.height }
  const ticks = add('g', plot, {})
  plot.prepend(ticks)
  return {
    ...{ svg, plot, room: { left, top, width, height }, data: undefined },
    overview: svg.dataset['overview'] !== undefined,
    says: saysOf(plot),
    holds: svg.dataset['holds'] !== undefined,
    brush: add('rect', plot, { class: 'brush', x: 0, width: 0, ...through }),
    cursor: add('line', plot, { class: 'cursor', y1: -top, y2: view.height - top, opacity: 0 }),
    ticks,
    drawn: undefined,
  }
}

/** Vega puts the texts of an axis at the top above its line. @param {SVGGElement} plot @returns {Chart['says']} */
function saysOf(plot) {
  const text = plot.querySelector('text[text-anchor="middle"]')
  if (text === null) return 'none'
  return /,-/.test(text.getAttribute('transform') ?? '') ? 'above' : 'below'
}

/** What the drawing was made from: the columns that it names, of the table of its panel. @param {SVGSVGElement} svg */
function tableOf(svg) {
  const table = svg.closest('.panel')?.querySelector('.data table')
  if (!table) return { heads: [], rows: [] }
  const all = [...table.querySelectorAll('thead th')].map(({ textContent }) => textContent ?? '')
  const key = svg.dataset['key']
  const columns = [...all.keys()]
    .slice(1)
    .filter((i) => key === undefined || all[i]?.startsWith(`${key} `))
  const rows = [...table.querySelectorAll('tbody tr')].map((row) => ({
    t: Number(/** @type {HTMLElement} */ (row).dataset['t']),
    cells: columns.map((i) => row.children[i]?.textContent ?? ''),
  }))
  return { heads: columns.map((i) => all[i] ?? ''), rows }
}

/** What moves with time. Axis groups are moved half a pixel by Vega; what spans the plot stays. @param {Chart} chart */
function drawnOf({ plot, room, ticks, brush, cursor, svg }) {
  /** @type {NonNullable<Chart['drawn']>} */
  const drawn = []
  for (const node of plot.querySelectorAll('path, line, text')) {
    if (ticks.contains(node) || node === cursor || node === brush) continue
    const axis = node.closest('g[transform^="translate(0.5,"]')
    const vertical = node.tagName === 'line' && node.getAttribute('x2') === '0'
    if (axis !== null) {
      if (vertical || node.getAttribute('text-anchor') === 'middle')
        drawn.push({ node, name: 'visibility', whole: '' })
      continue
    }
    if (node.tagName === 'line' && !vertical) continue
    const name = node.hasAttribute('transform') ? 'transform' : 'd'
    const whole = node.getAttribute(name)
    if (whole === null || (node.tagName === 'text' && isAtEdge(placeOf(whole), room.width)))
      continue
    drawn.push({ node, name, whole })
    const layer = /** @type {Element} */ (node.parentElement)
    layer.setAttribute('clip-path', `url(#${svg.querySelector('clipPath')?.id})`)
  }
  return drawn
}

/** Names of rows and of levels stand at the edges, and stay there. @param {number} x @param {number} width */
const isAtEdge = (x, width) => x <= 2 || x >= width - 2

/** @param {string} transform */
const placeOf = (transform) => Number(/^translate\((-?[\d.]+)/.exec(transform)?.[1])

/** Moves every place across, and stretches lengths across. @param {string} whole @param {(x: number) => number} at */
const movedPlace = (whole, at) =>
  whole.replace(/^translate\((-?[\d.]+)/, (_, x) => `translate(${at(Number(x)).toFixed(1)}`)

/** @param {string} path @param {(x: number) => number} at */
const movedPath = (path, at) =>
  path.replace(/([MLHh])(-?[\d.]+)/g, (_, letter, x) =>
    letter === 'h' ? `h${(at(Number(x)) - at(0)).toFixed(1)}` : letter + at(Number(x)).toFixed(1),
  )

/** Round times on the axis in place of those of the whole run. @param {Chart} chart @param {Span} view */
function drawTicks({ ticks, room, says, svg }, view) {
  ticks.replaceChildren()
  const span = view.to - view.from
  const step = STEPS.find((one) => span / one <= room.width / 70) ?? DAY
  const below = svg.viewBox.baseVal.height - room.top
  for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) {
    const x = ((t - view.from) / span) * room.width
    add('line', ticks, { x1: x, x2: x, y1: 0, y2: room.height, stroke: 'var(--grid)' })
    const y = { above: -6, below: below - 4, none: room.height - 2 }[says]
    const text = { x, y, 'text-anchor': 'middle', fill: 'var(--quiet)', 'font-size': 10 }
    add('text', ticks, text).textContent = timeText(Number(t.toFixed(6)))
  }
}

/** @param {Chart} chart @param {Span} view @param {Span} whole */
function show(chart, view, whole) {
  const { room, brush, overview } = chart
  const scale = (whole.to - whole.from) / (view.to - view.from)
  const start = ((view.from - whole.from) / (whole.to - whole.from)) * room.width
  if (overview) {
    brush.setAttribute('x', String(start))
    brush.setAttribute('width', String(scale > 1 ? room.width / scale : 0))
    return
  }
  chart.drawn ??= drawnOf(chart)
  const at = (/** @type {number} */ x) => (x - start) * scale
  for (const { node, name, whole: before } of chart.drawn)
    if (name === 'visibility') node.setAttribute(name, scale > 1 ? 'hidden' : 'visible')
    else if (scale === 1) node.setAttribute(name, before)
    else node.setAttribute(name, name === 'd' ? movedPath(before, at) : movedPlace(before, at))
  if (scale > 1) drawTicks(chart, view)
  else chart.ticks.replaceChildren()
}

/** Tables are read when a chart is first pointed at: a page opens without reading any. @param {Chart} chart */
function dataOf(chart) {
  chart.data ??= tableOf(chart.svg)
  return chart.data
}

/** The row that holds a moment: the last that begins before it. @param {Chart} chart @param {number} t */
function rowAt(chart, t) {
  const { rows } = dataOf(chart)
  const first = rows[0]
  const step = first && rows[1] ? rows[1].t - first.t : 1
  const row = rows.findLast((one) => one.t <= t)
  return row && (chart.holds || t < row.t + step * 1.001) ? row : undefined
}

/** Values of a row as lines of text; what was not measured has none. @param {Chart} chart @param {Row} row */
const valuesOf = (chart, row) =>
  dataOf(chart)
    .heads.map((head, i) => ({ head, text: row.cells[i] ?? '' }))
    .filter(({ text }) => text !== '')

/** @param {HTMLElement} bar @param {Chart[]} all */
function start(bar, all) {
  const whole = spanOf(bar)
  const said = /** @type {HTMLElement} */ (bar.querySelector('[role=status]'))
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true
  document.body.append(tip)
  let view = whole
  let at = whole.from

  /** @param {Span} next */
  function zoom(next) {
    const least = Math.max((whole.to - whole.from) / 500, 0.5)
    const length = Math.min(Math.max(next.to - next.from, least), whole.to - whole.from)
    const from = Math.min(Math.max(next.from, whole.from), whole.to - length)
    view = { from, to: from + length }
    if (view.to - view.from > (whole.to - whole.from) * 0.999) view = whole
    for (const chart of all) show(chart, view, whole)
    for (const { cursor } of all) cursor.setAttribute('opacity', '0')
    tip.hidden = true
    said.textContent =
      view === whole ? 'Whole run shown.' : `Shown: ${timeText(view.from)} to ${timeText(view.to)}.`
  }

  /** @param {number} t */
  function point(t) {
    at = t
    for (const { cursor, overview, room } of all) {
      const { from, to } = overview ? whole : view
      const x = ((t - from) / (to - from)) * room.width
      cursor.setAttribute('x1', String(x))
      cursor.setAttribute('x2', String(x))
      cursor.setAttribute('opacity', x >= 0 && x <= room.width ? '1' : '0')
    }
  }

  const state = {
    zoom,
    point,
    tip,
    said,
    whole,
    view: () => view,
    at: () => Math.min(Math.max(at, view.from), view.to),
  }
  for (const chart of all) {
    chart.svg.classList.add('live')
    chart.svg.setAttribute('tabindex', '0')
    listen(chart, state)
  }
  for (const button of bar.querySelectorAll('button'))
    button.addEventListener('click', () => zoom(spanOf(button)))
  bar.hidden = false
}

/** @param {HTMLElement} element @returns {Span} */
const spanOf = ({ dataset }) => ({ from: Number(dataset['from']), to: Number(dataset['to']) })

/**
 * @typedef {object} State what all charts share
 * @property {(span: Span) => void} zoom
 * @property {(t: number) => void} point
 * @property {HTMLElement} tip
 * @property {HTMLElement} said
 * @property {Span} whole
 * @property {() => Span} view
 * @property {() => number} at the moment under the pointer
 */

/** @param {Chart} chart @param {State} state */
function listen(chart, state) {
  const { svg, room, overview } = chart
  const timeOf = (/** @type {PointerEvent} */ event) => {
    const box = svg.getBoundingClientRect()
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width - room.left
    const { from, to } = overview ? state.whole : state.view()
    return from + (Math.min(Math.max(x, 0), room.width) / room.width) * (to - from)
  }
  /** @type {{ t: number, x: number, moves: Span | null } | null} */
  let held = null
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    const t = timeOf(event)
    const view = state.view()
    const moves = overview && view !== state.whole && t >= view.from && t <= view.to ? view : null
    held = { t, x: event.clientX, moves }
    svg.setPointerCapture(event.pointerId)
    state.tip.hidden = true
  })
  svg.addEventListener('pointermove', (event) => {
    const t = timeOf(event)
    if (held?.moves) state.zoom(moved(held.moves, t - held.t))
    else if (held) mark(chart, held.t, t, overview ? state.whole : state.view())
    state.point(t)
    if (!held) tell(chart, state, t, event)
  })
  svg.addEventListener('pointerup', (event) => {
    const from = held
    held = null
    if (!from || from.moves) return
    if (!overview) chart.brush.setAttribute('width', '0')
    const t = timeOf(event)
    if (Math.abs(event.clientX - from.x) > 4)
      state.zoom({ from: Math.min(t, from.t), to: Math.max(t, from.t) })
    else tell(chart, state, t, event)
  })
  svg.addEventListener('pointercancel', () => {
    held = null
    if (!overview) chart.brush.setAttribute('width', '0')
  })
  svg.addEventListener('pointerleave', () => {
    state.tip.hidden = true
  })
  svg.addEventListener('dblclick', () => state.zoom(state.whole))
  svg.addEventListener('keydown', (event) => press(chart, state, event))
}

/** @param {Span} span @param {number} by */
const moved = ({ from, to }, by) => ({ from: from + by, to: to + by })

/** The stretch that is being drawn. @param {Chart} chart @param {number} a @param {number} b @param {Span} view */
function mark({ brush, room }, a, b, view) {
  const px = room.width / (view.to - view.from)
  brush.setAttribute('x', String((Math.min(a, b) - view.from) * px))
  brush.setAttribute('width', String(Math.abs(a - b) * px))
}

/** Puts the values of a moment beside the pointer. @param {Chart} chart @param {State} state @param {number} t @param {PointerEvent} event */
function tell(chart, { tip }, t, event) {
  const row = rowAt(chart, t)
  const values = row ? valuesOf(chart, row) : []
  const head = document.createElement('b')
  head.textContent = timeText(row ? row.t : t)
  const list = values.map(({ head: name, text }) => {
    const line = document.createElement('div')
    const figure = document.createElement('span')
    figure.textContent = text
    line.append(name, figure)
    return line
  })
  tip.replaceChildren(head, ...list)
  tip.hidden = false
  const { width, height } = tip.getBoundingClientRect()
  const right = event.clientX + 18 + width > window.innerWidth
  tip.style.left = `${Math.max(4, right ? event.clientX - width - 14 : event.clientX + 18)}px`
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 12, window.innerHeight - height - 8))}px`
}

/** @param {Chart} chart @param {State} state @param {KeyboardEvent} event */
function press(chart, state, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const view = state.view()
  const length = view.to - view.from
  const at = state.at()
  const { rows } = dataOf(chart)
  const bucket = rows[1] && !chart.holds ? rows[1].t - (rows[0]?.t ?? 0) : 0
  const step = Math.max(length / 100, bucket)
  const around = (/** @type {number} */ by) => ({
    from: at - (at - view.from) * by,
    to: at + (view.to - at) * by,
  })
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => (event.shiftKey ? state.zoom(moved(view, -length / 4)) : go(at - step)),
    ArrowRight: () => (event.shiftKey ? state.zoom(moved(view, length / 4)) : go(at + step)),
    Home: () => go(view.from),
    End: () => go(view.to),
    '+': () => state.zoom(around(0.5)),
    '=': () => state.zoom(around(0.5)),
    '-': () => state.zoom(around(2)),
    Escape: () => state.zoom(state.whole),
  }
  /** @param {number} t */
  function go(t) {
    const held = Math.min(Math.max(t, view.from), view.to)
    state.point(held)
    const row = rowAt(chart, held)
    const values = row ? valuesOf(chart, row).map(({ head, text }) => `${head} ${text}`) : []
    state.said.textContent = `${timeText(row ? row.t : held)}: ${values.join(', ') || 'nothing measured'}.`
  }
  const act = keys[event.key]
  if (!act) return
  event.preventDefault()
  act()
}

const tools = /** @type {HTMLElement | null} */ (document.querySelector('.tools'))
const charts = /** @type {SVGSVGElement[]} */ ([
  ...document.querySelectorAll('svg[data-room]'),
]).map(chartOf)
if (tools && charts.length > 0) start(tools, charts)
