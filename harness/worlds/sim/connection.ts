import { SEGMENT_BYTES } from '../../model/transport.ts'
import type { Us } from '../../model/units.ts'
import { DUPLICATE_ACKS, LONGEST_TIMEOUT_US } from './tcp.ts'
import { cancel, type Timeline, type Timer } from './timeline.ts'

/** What a connection asks of the link it runs over, as the link is at that moment. */
export type Path = {
  /**
   * Hands over `bytes`, of which the link may send the first at `freeUs` (the cap of the connection): when the first
   * and the last of them leave.
   */
  depart(bytes: number, freeUs: Us): { startUs: Us; endUs: Us }
  /** One way of one burst: drawn. */
  delayUs(): Us
  /** Whether anything can be lost, and whether one segment is: drawn. */
  lossy(): boolean
  loses(): boolean
  /** From the arrival of a segment to the arrival of its acknowledgement. */
  ackUs(): Us
  timeoutUs(): Us
  /** Bytes that may be on their way and not acknowledged. */
  windowBytes(): number
}

type Message = {
  unsentBytes: number
  /** Of what was sent and not lost. */
  arrivalUs: Us
  holes: number
  deliver: () => void
}

/** A lost segment, until it is sent again and not lost. */
type Hole = {
  message: Message
  bytes: number
  /** Segments that were sent later and arrive: each is a duplicate acknowledgement. */
  passed: number
  /** Three of them tell of the loss before the timer does, once. */
  told: boolean
  timeoutUs: Us
  timer: Timer
}

/**
 * What one end of a TCP connection sends: in order, no more than a window unacknowledged, lost segments again. With
 * selective acknowledgements (RFC 6675) a segment that arrived frees the window though an earlier one is missing; who
 * reads waits for that one. Left out: slow start, and losses of acknowledgements. An acknowledgement takes the mean
 * delay of the way back.
 */
export class Connection {
  private readonly unsent: Message[] = []
  private readonly undelivered: Message[] = []
  private holes: Hole[] = []
  /** Bytes by the moment their acknowledgement comes, which is in order. Holes are not among them. */
  private flying: { bytes: number; ackUs: Us }[] = []
  private flyingBytes = 0
  private lastArrivalUs: Us = 0
  private freeUs: Us = 0
  private room: Timer | null = null
  private abandoned = false

  private readonly timeline: Timeline
  private readonly path: Path

  constructor(timeline: Timeline, path: Path) {
    this.timeline = timeline
    this.path = path
  }

  /** `deliver` is called when all of the message is there, and all before it. */
  send(bytes: number, deliver: () => void): void {
    const message = { unsentBytes: bytes, arrivalUs: 0, holes: 0, deliver }
    this.unsent.push(message)
    this.undelivered.push(message)
    this.pump()
  }

  /** Both ends close it: what is on its way arrives, and nothing is sent any more. */
  close(): void {
    this.unsent.length = 0
    if (this.room) cancel(this.room)
    for (const { timer } of this.holes) cancel(timer)
  }

  /** Nothing of what was sent arrives any more. */
  abandon(): void {
    this.close()
    this.abandoned = true
  }

  /** Sends what the window has room for, and comes back when an acknowledgement makes more. */
  private pump(): void {
    this.forgetAcknowledged()
    while (this.unsent.length > 0) {
      const message = this.unsent[0] as Message
      const bytes = this.sendable(message.unsentBytes)
      if (bytes === null) break
      message.unsentBytes -= bytes
      this.dispatch(message, bytes)
      if (message.unsentBytes === 0) this.unsent.shift()
    }
    if (this.unsent.length > 0) this.awaitRoom()
    this.deliver()
  }

  /** Whole segments, or the rest of a message; null while there is no room for one. */
  private sendable(bytes: number): number | null {
    const room = this.path.windowBytes() - this.flyingBytes
    if (bytes <= room) return bytes
    const whole = room - (room % SEGMENT_BYTES)
    if (whole > 0) return whole
    // A window of less than a segment still carries one a round trip.
    return this.flyingBytes === 0 ? Math.min(bytes, SEGMENT_BYTES) : null
  }

  private dispatch(message: Message, bytes: number): void {
    const { path } = this
    const { startUs, endUs } = path.depart(bytes, this.freeUs)
    this.freeUs = endUs
    const delayUs = path.delayUs()
    const lossy = path.lossy()
    // Segments that leave at one moment and all arrive are acknowledged at one.
    const step = lossy || endUs > startUs ? SEGMENT_BYTES : bytes
    for (let sent = 0; sent < bytes; sent += step) {
      const part = Math.min(step, bytes - sent)
      const leavesUs = startUs + Math.ceil(((endUs - startUs) * (sent + part)) / bytes)
      if (lossy && path.loses()) this.lose(message, part, leavesUs)
      else this.passHoles(this.arrive(message, part, leavesUs + delayUs))
    }
  }

  /** The moment its acknowledgement is back. */
  private arrive(message: Message, bytes: number, arrivalUs: Us): Us {
    message.arrivalUs = Math.max(message.arrivalUs, arrivalUs)
    const ackUs = Math.max(arrivalUs + this.path.ackUs(), this.flying.at(-1)?.ackUs ?? 0)
    this.flying.push({ bytes, ackUs })
    this.flyingBytes += bytes
    return ackUs
  }

  private passHoles(ackUs: Us): void {
    for (const hole of this.holes) {
      if (++hole.passed !== DUPLICATE_ACKS || hole.told || ackUs >= hole.timer.us) continue
      hole.told = true
      cancel(hole.timer)
      hole.timer = this.timeline.at(ackUs, () => this.repeat(hole, false))
    }
  }

  private lose(message: Message, bytes: number, leavesUs: Us): void {
    const timeoutUs = this.path.timeoutUs()
    const hole: Hole = {
      ...{ message, bytes, passed: 0, told: false, timeoutUs },
      timer: this.timeline.at(leavesUs + timeoutUs, () => this.repeat(hole, true)),
    }
    message.holes++
    this.flyingBytes += bytes
    this.holes.push(hole)
  }

  /** Sends a lost segment again. A segment that a timer sent again is only ever sent again by a timer, of twice the length. */
  private repeat(hole: Hole, byTimer: boolean): void {
    const { message, bytes } = hole
    const { endUs } = this.path.depart(bytes, this.freeUs)
    this.freeUs = endUs
    if (this.path.loses()) {
      hole.told = true
      if (byTimer) hole.timeoutUs = Math.min(2 * hole.timeoutUs, LONGEST_TIMEOUT_US)
      hole.timer = this.timeline.at(endUs + hole.timeoutUs, () => this.repeat(hole, true))
      return
    }
    this.holes = this.holes.filter((other) => other !== hole)
    message.holes--
    this.flyingBytes -= bytes
    this.arrive(message, bytes, endUs + this.path.delayUs())
    this.pump()
  }

  private forgetAcknowledged(): void {
    const nowUs = this.timeline.now()
    let acknowledged = 0
    for (const { bytes, ackUs } of this.flying) {
      if (ackUs > nowUs) break
      this.flyingBytes -= bytes
      acknowledged++
    }
    if (acknowledged > 0) this.flying.splice(0, acknowledged)
  }

  /** If nothing flies but holes, their repetition comes back here. */
  private awaitRoom(): void {
    const next = this.flying[0]
    if (this.room || !next) return
    this.room = this.timeline.at(next.ackUs, () => {
      this.room = null
      this.pump()
    })
  }

  private deliver(): void {
    for (;;) {
      const message = this.undelivered[0]
      if (!message || message.unsentBytes > 0 || message.holes > 0) return
      this.undelivered.shift()
      this.lastArrivalUs = Math.max(this.lastArrivalUs, message.arrivalUs)
      this.timeline.at(this.lastArrivalUs, () => {
        if (!this.abandoned) message.deliver()
      })
    }
  }
}
