import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { escaped, type Markup, trusted } from '../markup.ts'

/** The plot area in px and the room around it. Drawings scale with the page; text sizes hold at full width. */
export type Frame = {
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
}

/** What a mark stands for, in words for who points at it: the channel for the field `say` of its data. */
export const said = { description: { field: 'say' } } as const

/** One vega-lite layer with its data. */
export type Layer = Record<string, unknown>

const TEXT_PX = 11

const config = {
  aria: false,
  background: 'transparent',
  font: 'inherit',
  view: { stroke: null },
  axis: {
    labelFontSize: TEXT_PX,
    labelColor: 'currentColor',
    labelPadding: 4,
    labelOverlap: false,
    labelFlush: false,
    title: null,
    domain: false,
    ticks: false,
    grid: true,
    gridColor: 'var(--grid)',
  },
  text: { fontSize: TEXT_PX, fill: 'currentColor' },
  line: { strokeCap: 'round', strokeJoin: 'round', invalid: 'break-paths-show-path-domains' },
}

/**
 * Draws layers with vega-lite into an SVG that fills the width of its place. Same layers, same bytes. Axes belong
 * to the first layer that declares them; the frame is fixed, so that drawings under each other line up. The SVG carries
 * `attributes` as they are.
 */
export async function draw(
  layers: Layer[],
  frame: Frame,
  label: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<Markup> {
  const { width, height, left, right, top, bottom } = frame
  const spec = {
    width,
    height,
    padding: { left, right, top, bottom },
    autosize: { type: 'none' },
    config,
    layer: layers,
  }
  const compiled = compile(spec as unknown as TopLevelSpec).spec
  const svg = await new View(parse(compiled), { renderer: 'none' }).toSVG()
  return trusted(slimmed(svg, frame, { role: 'img', 'aria-label': label, ...attributes }))
}

/** Vega's SVG without what a page gives anyway, coordinates to a tenth of a pixel. */
function slimmed(svg: string, frame: Frame, attributes: Readonly<Record<string, string>>): string {
  const width = frame.width + frame.left + frame.right
  const height = frame.height + frame.top + frame.bottom
  const inner = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<path class="(?:background|foreground)"[^>]*\/>/g, '')
    .replace(
      / (?:class|font-family|pointer-events|role|aria-roledescription|aria-hidden)="[^"]*"/g,
      '',
    )
    .replaceAll(' aria-label="', ' data-say="')
    .replace(/ (?:opacity|stroke-width)="1"/g, '')
    .replace(/ transform="translate\(0,0\)"/g, '')
    .replace(/ (d|transform|x|y|x1|x2|y1|y2|width|height)="([^"]*)"/g, (_, name, value: string) => {
      const rounded = value.replace(/-?\d+\.\d+/g, (number) => String(tenth(Number(number))))
      return ` ${name}="${rounded}"`
    })
  const emptied = joined(withoutEmptyGroups(inner))
  const said = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`)
  return `<svg viewBox="0 0 ${width} ${height}"${said.join('')}>${emptied}</svg>`
}

const tenth = (value: number): number => Math.round(value * 10) / 10 + 0

/** Areas of one colour that follow each other as one path: a heat map has thousands. */
const joined = (svg: string): string =>
  svg.replace(
    /<path d="[^"]*Z" fill="([^"]+)"\/>(?:<path d="[^"]*Z" fill="\1"\/>)+/g,
    (run, fill) =>
      `<path d="${[...run.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d).join('')}" fill="${fill}"/>`,
  )

function withoutEmptyGroups(svg: string): string {
  const without = svg.replace(/<g[^>]*\/>|<g(?:[^>]*[^/>])?><\/g>/g, '')
  return without === svg ? svg : withoutEmptyGroups(without)
}
