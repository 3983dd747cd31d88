import type { Bill } from '../harness/model/bill.ts'
import { valueText } from '../harness/text/value.ts'
import { linkLabel } from './format.ts'

/** Cents where there are whole units; below one three digits, since a million searches may cost less than a cent. */
const amountText = (amount: number): string =>
  amount >= 1 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(3)
const money = (amount: number, currency: string): string => `${amountText(amount)} ${currency}`

/** What the rate costs, in a sentence, with whose prices these are. */
export function billSentence(bill: Bill): string {
  const { currency, perHour, perMillionSearches, perMillionOperations, asOf, source } = bill
  const { perSec, searchPerSec } = bill
  const each =
    perMillionSearches === null
      ? `${money(perMillionOperations, currency)} for a million operations`
      : `${money(perMillionSearches, currency)} for a million searches`
  const beside = perMillionSearches === null || searchPerSec === perSec ? '' : ', writes included'
  return `At that rate all regions cost ${money(perHour, currency)} an hour: ${each}${beside}. Prices: ${source}, as of ${asOf}.`
}

/** A row for the servers of each region and for each link. */
export function billTable({ servers, egress, currency, perHour }: Bill): {
  head: string[]
  rows: string[][]
} {
  return {
    head: ['what', 'over the link', `${currency} an hour`],
    rows: [
      ...servers.map(({ region, perHour: cost }) => [`servers of ${region}`, '', amountText(cost)]),
      ...egress.map(({ link, bytesPerSec, perHour: cost }) => [
        `from ${linkLabel(link)}`,
        `${valueText(bytesPerSec, 'bytes')}/s`,
        cost === null ? 'no price given' : amountText(cost),
      ]),
      ['together', '', amountText(perHour)],
    ],
  }
}
