import type { PointResult, ShownFigure } from '../harness/model/sweep.ts'
import { pointText } from '../harness/model/sweep.ts'
import { counted, countText } from '../harness/text/value.ts'
import { figureText } from './sweep-table.ts'

/** Figures that the sentence names; the table has all. */
const MOST_TOLD = 2

/** What a sweep found: how its points came out, and which figures moved most between which points. */
export function sweepSentences(points: readonly PointResult[]): string[] {
  if (points.length === 0) return ['No point was run.']
  const moved = movesOf(points).slice(0, MOST_TOLD)
  return [
    verdictSentence(points),
    ...(moved.length === 0
      ? ['No figure differs between points.']
      : moved.map(
          ({ title, least, most }) => `${capital(title)} ranges from ${least} to ${most}.`,
        )),
  ]
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

function verdictSentence(points: readonly PointResult[]): string {
  const stated = points.filter(({ unmet }) => unmet !== undefined)
  const odd = stated.filter(({ unmet = [] }) => unmet.length > 0)
  const told =
    stated.length === 0
      ? ''
      : odd.length === 0
        ? ', each as stated'
        : `, ${countText(odd.length)} not as stated (${some(odd)})`
  const others = points.filter(({ verdict }) => verdict !== 'pass')
  if (others.length === 0) return `All ${counted(points.length, 'point')} pass${told}.`
  const words = [...new Set(others.map(({ verdict }) => verdict))].map((word) => {
    const own = others.filter(({ verdict }) => verdict === word)
    const where = own.length < points.length && stated.length === 0 ? ` (${some(own)})` : ''
    return `${countText(own.length)} ${word}${where}`
  })
  const passed = points.length - others.length
  return `Of ${counted(points.length, 'point')} ${[`${countText(passed)} pass`, ...words].join(', ')}${told}.`
}

/** The first of them, and how many more there are. */
function some(points: readonly PointResult[]): string {
  const [first] = points
  const more = points.length > 1 ? `, and ${countText(points.length - 1)} more` : ''
  return first ? `${placeText(first)}${more}` : ''
}

/** `offset 20ms, conflict last-writer-wins`: the last word of each path says enough beside a table. */
const placeText = ({ at }: PointResult): string =>
  pointText(Object.fromEntries(Object.entries(at).map(([path, value]) => [lastWord(path), value])))

const lastWord = (path: string): string => path.split('.').at(-1) ?? path

type Move = { title: string; ratio: number; least: string; most: string }

/** Figures by the ratio of their largest to their smallest value, the largest first; what is spelled alike everywhere is left out. */
function movesOf(points: readonly PointResult[]): Move[] {
  const titles = points[0]?.figures.map(({ title }) => title) ?? []
  return titles
    .flatMap((title, i): Move[] => {
      const known = points.flatMap((point) => {
        const figure = point.figures[i]
        const value = figure && middleOf(figure)
        return figure && value !== undefined ? [{ point, figure, value }] : []
      })
      const ordered = known.sort((a, b) => a.value - b.value)
      const [least, most] = [ordered[0], ordered.at(-1)]
      if (!least || !most || figureText(least.figure) === figureText(most.figure)) return []
      const at = ({ point, figure }: (typeof ordered)[number]) =>
        `${figureText(figure)} (${placeText(point)})`
      return [{ title, ratio: most.value / least.value, least: at(least), most: at(most) }]
    })
    .sort((a, b) => b.ratio - a.ratio)
}

function middleOf({ low, high }: ShownFigure): number | undefined {
  if (low === undefined || high === undefined) return low ?? high
  return (low + high) / 2
}
