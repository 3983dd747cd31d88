// Runs in the browser of whoever reads a page, which is complete without it: says of the mark of a chart that is nearest to
// the pointer what it stands for. Each mark carries its own text; the keyboard goes from one mark to the next.

/** Farther than this from every mark, in pixels, nothing is said. */
const REACH = 28

const tip = document.createElement('div')
tip.className = 'tip'
tip.setAttribute('role', 'status')
tip.hidden = true
document.body.append(tip)

/** How far a point lies outside of a mark, in pixels. @param {DOMRect} box @param {number} x @param {number} y */
const distance = (box, x, y) =>
  Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom))

/** @param {Element[]} marks @param {number} x @param {number} y */
function nearest(marks, x, y) {
  let found = null
  let least = REACH
  for (const mark of marks) {
    const far = distance(mark.getBoundingClientRect(), x, y)
    if (far < least) [found, least] = [mark, far]
  }
  return found
}

/** Puts the text of a mark beside a point of the window; of none, takes it away. @param {Element | null} mark @param {number} x @param {number} y */
function tell(mark, x, y) {
  for (const one of document.querySelectorAll('.on')) one.classList.remove('on')
  tip.hidden = mark === null
  if (mark === null) return
  mark.classList.add('on')
  tip.textContent = mark.getAttribute('data-say')
  const { width, height } = tip.getBoundingClientRect()
  const right = x + 16 + width > window.innerWidth
  tip.style.left = `${Math.max(4, right ? x - width - 12 : x + 16)}px`
  tip.style.top = `${Math.max(4, Math.min(y + 12, window.innerHeight - height - 8))}px`
}

/** @param {Element} svg @param {Element[]} marks */
function listen(svg, marks) {
  let at = -1
  svg.classList.add('told')
  svg.setAttribute('tabindex', '0')
  svg.addEventListener('pointermove', (event) => {
    const { clientX, clientY } = /** @type {PointerEvent} */ (event)
    tell(nearest(marks, clientX, clientY), clientX, clientY)
  })
  svg.addEventListener('pointerleave', () => tell(null, 0, 0))
  svg.addEventListener('blur', () => tell(null, 0, 0))
  svg.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey } = /** @type {KeyboardEvent} */ (event)
    /** @type {Record<string, number>} */
    const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1 }
    const next = places[key]
    if (key === 'Escape') tell(null, 0, 0)
    if (next === undefined || ctrlKey || metaKey || altKey) return
    event.preventDefault()
    at = Math.min(Math.max(next, 0), marks.length - 1)
    const mark = /** @type {Element} */ (marks[at])
    const { right, bottom } = mark.getBoundingClientRect()
    tell(mark, right, bottom)
  })
}

for (const svg of document.querySelectorAll('figure svg[role=img]')) {
  const marks = [...svg.querySelectorAll('[data-say]')]
  if (marks.length > 0) listen(svg, marks)
}
